/// Port: the right to be the only active worker of a queue.
///
/// Two consumers of one queue would execute a tenant's commands concurrently, possibly a child's before its parent's.
/// So one worker consumes, and the others stand by. The lease belongs to the database session that commits: a worker
/// that loses the lease can't commit either.
package protocol ActiveWorkerLease: Sendable {
  /// - Returns: whether the lease is now held.
  func tryAcquire() async throws -> Bool

  /// Records the holder of the lease for others to read. The holder must call this before it publishes anything.
  ///
  /// When this returns, everything committed before is as durable as the commits of this session: all commits that a
  /// former session did not wait for have reached the standbys.
  func announce() async throws

  /// The holder of the lease; nil if the lease is free.
  func holder() async throws -> LeaseHolder?

  /// Which broker this worker uses.
  var broker: LeaseHolder.Broker { get }

  /// Shows the database that the holder is alive. A lease whose holder is silent goes to another worker after a while.
  func keepAlive() async throws
}
