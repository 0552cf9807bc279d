package import Logging
package import Operations
package import PostgresClient
import WorkerRuntime
import WorkspaceDomain

/// The database of a configuration, for doctor.
package struct PostgresExamination: ExaminedDatabase {
  private let configuration: PostgresConfiguration
  private let deadQueue: String
  private let logger: Logger

  /// - Parameter deadQueue: `<virtual host>/<queue>` of the messages that the broker dead-letters.
  package init(_ configuration: PostgresConfiguration, deadQueue: String, logger: Logger) {
    self.configuration = configuration
    self.deadQueue = deadQueue
    self.logger = logger
  }

  /// Leaves out socket directories, which have no name to resolve.
  package func hosts() throws(DatabaseObstacle) -> [String] {
    do throws(PostgresError) {
      return (try configuration.target.host ?? "").split(separator: ",").map(String.init).filter { !$0.hasPrefix("/") }
    } catch {
      throw DatabaseObstacle(error)
    }
  }

  package func connect() async throws(DatabaseObstacle) -> any DatabaseFacts {
    do throws(PostgresError) {
      return PostgresFacts(
        connection: try await open(), address: "\(configuration)", deadQueue: deadQueue, logger: logger)
    } catch {
      throw DatabaseObstacle(error)
    }
  }

  private func open() async throws(PostgresError) -> PostgresConnection {
    do throws(PostgresError) {
      return try await PostgresConnection.connect(configuration, logger: logger)
    } catch {
      guard error.sqlState == .readOnlySQLTransaction else { throw error }
      var configuration = configuration
      configuration.requiresWriting = false
      return try await PostgresConnection.connect(configuration, logger: logger)
    }
  }
}

extension DatabaseObstacle {
  init(_ error: PostgresError) {
    let text = "\(error)"
    if error.sqlState?.class == .invalidAuthorizationSpecification {
      self = .loginRefused(text)
    } else if case .configuration = error {
      self = .configuration(text)
    } else if case .unreliableSession = error {
      self = .sharedSession(text)
    } else if error.sqlState == .tooManyConnections {
      self = .exhausted(text)
    } else if text.contains("unsupported startup parameter") {
      self = .unsupportedOption(text)
    } else if text.contains("SSL") || text.contains("certificate") {
      self = .tlsRefused(text)
    } else {
      self = .unreachable(text)
    }
  }
}
