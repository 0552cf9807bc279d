/// What has happened at a ``FaultProxy`` so far.
package struct ProxyTraffic: Sendable, Equatable {
  /// Connections of clients that were accepted, whatever became of them.
  package internal(set) var acceptedConnections = 0
  /// Those that are there now.
  package internal(set) var liveConnections = 0
  /// Bytes that clients sent and the server was given.
  package internal(set) var bytesToServer = 0
  /// Bytes that the server sent and clients were given.
  package internal(set) var bytesToClient = 0
  /// Bytes that the server sent and that were thrown away.
  package internal(set) var bytesSwallowed = 0
  /// The proxy has ended.
  package internal(set) var isClosed = false
}
