package import Coordination
package import UnitOfWork

/// Port: a connection that queries are answered from, until it is lost.
package protocol QuerySession: Closable {
  var reader: any SnapshotReader { get }

  /// Returns why, when the connection is lost; when the task is cancelled, any error.
  func waitUntilClosed() async -> any Error
}
