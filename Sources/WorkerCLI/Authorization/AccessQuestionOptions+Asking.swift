import Logging
import PostgresStore
import Settings
import UnitOfWork
import WorkspaceApplication

extension AccessQuestionOptions {
  /// Asks the database, and hands the answer on with the rules by which it is one.
  func ask(
    _ options: ConfigurationOptions, _ body: (AccessExplanation, AccessRules) throws -> Void
  ) async throws {
    try await options.withDatabase { connection, configuration in
      let rules = configuration.rules.access
      let store = PostgresUnitOfWorkStore(connection: connection, queue: try Servers(configuration).queueKey)
      try body(try await AccessInquiry(question, rules: rules).explanation(from: store), rules)
    }
  }
}
