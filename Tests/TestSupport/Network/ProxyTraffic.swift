/// What has happened at a ``FaultProxy`` so far.
package struct ProxyTraffic: Sendable, Equatable {
  /// Client connections accepted, whatever happened to them.
  package internal(set) var acceptedConnections = 0
  /// Current connections.
  package internal(set) var liveConnections = 0
  /// Bytes that clients sent and the server was given.
  package internal(set) var bytesToServer = 0
  /// Bytes that the server sent and clients were given.
  package internal(set) var bytesToClient = 0
  /// Bytes that the server sent and that were discarded.
  package internal(set) var bytesSwallowed = 0
  /// The proxy has ended.
  package internal(set) var isClosed = false
}
