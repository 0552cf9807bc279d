import Coordination

/// Port: opens a worker's sessions with its servers, for one queue.
package protocol SessionFactory: Sendable {
  /// Opens the worker's session with the broker. Bounded in time.
  ///
  /// - Throws: if possible, a ``ConditionalError`` or ``MissingConditions``.
  func openBroker() async throws -> any BrokerSession

  /// Opens the worker's session with the database. Bounded in time.
  ///
  /// - Throws: as ``openBroker()``.
  func openDatabase() async throws -> any DatabaseSession

  /// Whether any of the absent servers is back: it accepts a connection, or says why it refuses one. Nothing else is
  /// tried. Ends early when the task is cancelled.
  ///
  /// - Parameter servers: of ``Condition/broker`` and ``Condition/database``.
  func haveReturned(_ servers: Set<Condition>) async -> Bool

  /// Returns if permissions can be decided now. Bounded in time. Default: always returns.
  ///
  /// - Throws: as ``openBroker()``.
  func requireDecider() async throws
}

extension SessionFactory {
  package func requireDecider() async throws {}

  /// Opens both sessions concurrently, provided that the decider is ready.
  ///
  /// - Throws: ``MissingConditions``: everything that is missing, not just what was found first.
  package func open() async throws -> (broker: any BrokerSession, database: any DatabaseSession) {
    async let brokerResult = Result(catching: openBroker)
    async let databaseResult = Result(catching: openDatabase)
    async let deciderResult = Result(catching: requireDecider)
    let (broker, database, decider) = await (brokerResult, databaseResult, deciderResult)
    if case (.success(let broker), .success(let database), .success) = (broker, database, decider) {
      return (broker, database)
    }
    if case .success(let session) = broker { await session.close() }
    if case .success(let session) = database { await session.close() }
    throw MissingConditions(all: [database.failure, broker.failure, decider.failure].compactMap(\.self))
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
