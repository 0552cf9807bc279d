package import Coordination
package import UnitOfWork

/// Port: a connection that queries are answered from, until it is lost.
package protocol QuerySession: Closable {
  var reader: any SnapshotReader { get }

  /// Returns the reason when the connection is lost, or any error when the task is cancelled.
  func waitUntilClosed() async -> any Error
}
