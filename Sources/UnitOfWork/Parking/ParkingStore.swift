package import WorkspaceDomain

/// Port: the lines of parked commands of one queue, and what is known about messages that kill processes.
package protocol ParkingStore: Sendable {
  /// All lines. One that is not due for longer than `longest` was parked by a worker whose clock was wrong, and is due
  /// now.
  func lines(dueWithin longest: Duration) async throws(UnitOfWorkError) -> [ParkedLine]

  /// The first commands of the line that has been due longest, in order; none if no line is due.
  ///
  /// - Parameters:
  ///   - limit: the largest number of commands.
  ///   - bytes: reading stops after the command that brings the size of bodies and properties above this limit.
  func due(at now: Timestamp, limit: Int, bytes: Int) async throws(UnitOfWorkError) -> [ParkedEntry]

  /// Records, in a transaction of its own, that `process` is now the active one.
  ///
  /// - Returns: what is known about the messages that have killed processes of this queue.
  func becomeActive(_ process: ULID, at now: Timestamp) async throws(UnitOfWorkError) -> FatalMessages
}
