/// Port: the right to be the one active worker of a queue.
///
/// Two consumers of one queue would carry out a tenant's commands side by side, and a child before its parent. So one
/// worker consumes and the others stand by. The lease lives in the session that commits: who loses it can't commit
/// either.
package protocol ActiveWorkerLease: Sendable {
  /// - Returns: whether the lease is held now.
  func tryAcquire() async throws -> Bool

  /// Shows the database that the holder is alive. Without it the lease is given to another worker after a while.
  func keepAlive() async throws
}
