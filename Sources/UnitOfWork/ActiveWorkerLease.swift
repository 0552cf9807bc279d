/// Port: the right to be the one active worker of a queue.
///
/// Two consumers of one queue would execute a tenant's commands concurrently, and a child before its parent. So one
/// worker consumes and the others stand by. The lease belongs to the session that commits: a worker that loses it can't
/// commit either.
package protocol ActiveWorkerLease: Sendable {
  /// - Returns: whether the lease is now held.
  func tryAcquire() async throws -> Bool

  /// Records, for others to read, who now holds the lease; called by the holder before it publishes anything.
  ///
  /// When this returns, everything committed before is as durable as this session's commits: whatever a former session
  /// had committed without waiting for the standbys has reached them.
  func announce() async throws

  /// Who holds the lease; nil when nobody does.
  func holder() async throws -> LeaseHolder?

  /// Which broker this worker uses.
  var broker: LeaseHolder.Broker { get }

  /// Shows the database that the holder is alive. Otherwise the lease goes to another worker after a while.
  func keepAlive() async throws
}
