import Coordination

/// Port: opens a worker's sessions with its two servers, for one queue.
package protocol SessionFactory: Sendable {
  /// Opens what the worker uses the broker through. Bounded in time.
  ///
  /// - Throws: where it can, a ``ConditionalError`` or ``MissingConditions``.
  func openBroker() async throws -> any BrokerSession

  /// Opens what the worker uses the database through. Bounded in time.
  ///
  /// - Throws: as ``openBroker()``.
  func openDatabase() async throws -> any DatabaseSession

  /// Whether any of the servers that were not there is by now: it takes a connection, which is all that is asked of it, or says
  /// why it takes none. Ends early when the task is cancelled.
  ///
  /// - Parameter servers: of ``Condition/broker`` and ``Condition/database``.
  func haveReturned(_ servers: Set<Condition>) async -> Bool
}

extension SessionFactory {
  /// Opens both, beside each other.
  ///
  /// - Throws: ``MissingConditions``: all that is missing at both servers, not what was met first.
  package func open() async throws -> (broker: any BrokerSession, database: any DatabaseSession) {
    async let brokerResult = Result(catching: openBroker)
    async let databaseResult = Result(catching: openDatabase)
    switch await (brokerResult, databaseResult) {
    case (.success(let broker), .success(let database)): return (broker, database)
    case (.success(let broker), .failure(let error)):
      await broker.close()
      throw MissingConditions(error)
    case (.failure(let error), .success(let database)):
      await database.close()
      throw MissingConditions(error)
    case (.failure(let ofBroker), .failure(let ofDatabase)): throw MissingConditions(all: [ofDatabase, ofBroker])
    }
  }
}
