internal import Messaging

/// What this client says about itself. librabbitmq adds its own properties.
enum ClientProperties {
  static let version = "1.0.0"

  static func table(connectionName: String) -> HeaderTable {
    var capabilities = HeaderTable()
    // Unless these are announced, the broker sends neither connection.blocked nor a consumer's cancellation, and ends a
    // refused login by cutting the socket.
    for name in [
      "connection.blocked", "consumer_cancel_notify", "basic.nack", "publisher_confirms",
      "authentication_failure_close",
    ] { capabilities.append(name, true) }
    var table = HeaderTable()
    table.append("product", "workspace-worker")
    table.append("version", version)
    table.append("connection_name", connectionName)
    table.append("capabilities", capabilities)
    return table
  }
}
