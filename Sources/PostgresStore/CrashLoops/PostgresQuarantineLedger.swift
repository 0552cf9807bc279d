package import Logging
package import PostgresClient
package import UnitOfWork
package import WorkerRuntime

/// ``QuarantineLedger`` on a connection of its own.
package struct PostgresQuarantineLedger: QuarantineLedger {
  private let connection: PostgresConnection
  private let queue: String

  /// Opens the connection.
  ///
  /// - Parameter queue: `<virtual host>/<queue>` of the commands: all crashes of a worker are recorded under this name,
  ///   whatever message caused them.
  package static func connect(
    _ configuration: PostgresConfiguration, queue: String, logger: Logger
  ) async throws -> Link<any QuarantineLedger> {
    let connection = try await PostgresConnection.connect(
      configuration.forUnitsOfWork(idleSessionTimeout: .seconds(60)), logger: logger)
    return Link(PostgresQuarantineLedger(connection: connection, queue: queue), on: connection)
  }

  package func record(_ letters: [DeadLetter]) async throws(UnitOfWorkError) {
    guard !letters.isEmpty else { return }
    _ = try await rows(DeadLettersTable.add(letters))
  }

  package func deaths(
    of messages: [FatalMessages.BodyHash]
  ) async throws(UnitOfWorkError) -> [FatalMessages.BodyHash: FatalMessages.Deaths] {
    guard !messages.isEmpty else { return [:] }
    let rows = try await rows(FatalMessagesTable.find(messages, queue: queue))
    do throws(PostgresError) {
      return Dictionary(try rows.map(FatalMessagesTable.deaths)) { first, _ in first }
    } catch {
      throw UnitOfWorkError(error)
    }
  }

  private func rows(_ request: PostgresRequest) async throws(UnitOfWorkError) -> PostgresRows {
    do throws(PostgresError) {
      return try await connection.pipeline([request])[0]
    } catch {
      throw UnitOfWorkError(error)
    }
  }
}
