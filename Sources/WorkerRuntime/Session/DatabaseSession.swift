package import Coordination
package import UnitOfWork

/// Port: a worker's session with the database, for one queue, until it is lost.
package protocol DatabaseSession: Closable {
  var store: any UnitOfWorkStore { get }

  /// The right to be the queue's active worker, which ends with this session.
  ///
  /// - Parameter broker: the broker that this worker uses, for standby workers.
  func lease(at broker: LeaseHolder.Broker) -> any ActiveWorkerLease

  /// Returns the reason when the session is lost; any error when the task is cancelled.
  func waitUntilClosed() async -> any Error
}
