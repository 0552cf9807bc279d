package import WorkspaceDomain

/// Port: the lines of parked commands of a store's queue, and its notes about messages that may kill a process.
package protocol ParkingStore: Sendable {
  /// All lines. Forgets, too, the notes about messages that have not come back for a week.
  func lines() async throws(UnitOfWorkError) -> [ParkedLine]

  /// The first commands of the line that has been due longest, in order; none when no line is due.
  ///
  /// - Parameters:
  ///   - limit: the largest number of commands.
  ///   - bytes: reading stops after the command that brings their bodies above this size.
  func due(at now: Timestamp, limit: Int, bytes: Int) async throws(UnitOfWorkError) -> [ParkedEntry]

  /// Notes, in a transaction of its own, that `process` is the active one now.
  ///
  /// - Returns: whether the one before may have died: it is another one, and has not said that it ends.
  func becomeActive(_ process: ULID, at now: Timestamp) async throws(UnitOfWorkError) -> Bool

  /// Notes, in a transaction of its own, that `process` begins with a message that another process may have died of. The
  /// note goes with ``WriteSet/survived``.
  ///
  /// - Parameter fingerprint: of the message.
  func noteBegin(of fingerprint: [UInt8], in process: ULID, at now: Timestamp) async throws(UnitOfWorkError) -> BegunMessage

  /// Notes, in a transaction of its own, that a message which was begun could be decoded.
  func noteDecoded(_ fingerprint: [UInt8]) async throws(UnitOfWorkError)
}

/// What the notes tell of a message that is begun.
package struct BegunMessage: Sendable, Equatable {
  /// How many processes have begun it, this one among them. All others are dead, or were cut off.
  package let processes: Int
  /// It can be decoded without harm.
  package let isDecodable: Bool

  package init(processes: Int, isDecodable: Bool) {
    self.processes = processes
    self.isDecodable = isDecodable
  }
}
