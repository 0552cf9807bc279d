/// Port: the right to be the one active worker of a queue.
///
/// Two consumers of one queue would carry out a tenant's commands side by side, and a child before its parent. So one
/// worker consumes and the others stand by. The lease lives in the session that commits: who loses it can't commit
/// either.
package protocol ActiveWorkerLease: Sendable {
  /// - Returns: whether the lease is held now.
  func tryAcquire() async throws -> Bool

  /// Says, where others can read it, who holds the lease now; called by the holder before it publishes anything.
  ///
  /// When this returns, all that was committed before is as durable as commits of this session are: what a former session
  /// had committed without waiting for standbys to the end is on them.
  func announce() async throws

  /// Who holds the lease; nil when nobody does.
  func holder() async throws -> LeaseHolder?

  /// Which broker this worker works with.
  var broker: LeaseHolder.Broker { get }

  /// Shows the database that the holder is alive. Without it the lease is given to another worker after a while.
  func keepAlive() async throws
}
