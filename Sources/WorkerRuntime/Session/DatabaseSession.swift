package import Coordination
package import UnitOfWork

/// Port: a worker's session with the database, for one queue, until it is lost.
package protocol DatabaseSession: Closable {
  var store: any UnitOfWorkStore { get }

  /// The right to be the queue's active worker, which ends with this session.
  ///
  /// - Parameter broker: which one this worker works with, for those who stand by.
  func lease(at broker: LeaseHolder.Broker) -> any ActiveWorkerLease

  /// Returns why, when the session is lost; when the task is cancelled, any error.
  func waitUntilClosed() async -> any Error
}
