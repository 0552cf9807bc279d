package import Logging
package import PostgresClient
package import UnitOfWork
package import WorkerRuntime

/// ``DeadLetterRecorder`` on a connection of its own.
package struct PostgresDeadLetterRecorder: DeadLetterRecorder {
  private let connection: PostgresConnection

  /// Opens the connection.
  package static func connect(
    _ configuration: PostgresConfiguration, logger: Logger
  ) async throws -> Link<any DeadLetterRecorder> {
    let connection = try await PostgresConnection.connect(
      configuration.forUnitsOfWork(idleSessionTimeout: .seconds(60)), logger: logger)
    return Link(PostgresDeadLetterRecorder(connection: connection), on: connection)
  }

  package func record(_ letters: [DeadLetter]) async throws(UnitOfWorkError) {
    guard !letters.isEmpty else { return }
    do throws(PostgresError) {
      _ = try await connection.pipeline([DeadLettersTable.add(letters)])
    } catch {
      throw UnitOfWorkError(error)
    }
  }
}
