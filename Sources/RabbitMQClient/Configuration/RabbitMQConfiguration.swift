package import Secrets

/// How to reach a broker, and how long to wait for it.
package struct RabbitMQConfiguration: Sendable, Equatable {
  /// How the client authenticates.
  package enum Authentication: Sendable, Equatable {
    /// SASL PLAIN: a user and a password.
    case plain(user: String, password: Secret)
    /// SASL EXTERNAL: the server takes the identity from the client's certificate. RabbitMQ ignores the user given
    /// here, but librabbitmq can't omit it.
    case external(user: String)
  }

  package var host: String
  package var port: Int
  package var virtualHost: String
  package var authentication: Authentication
  /// Nil: no TLS.
  package var tls: TLSOptions?
  /// What the broker's lists show as the name of the connection. Default: `workspace-worker`.
  package var connectionName = "workspace-worker"
  /// What `ps` and profilers show as the name of the connection's thread: at most 15 bytes. Default: `amqp`.
  package var threadName = "amqp"
  /// The heartbeat interval in seconds; a peer that is silent for two intervals counts as gone. 0: no heartbeats. The
  /// broker may ask for a shorter interval. Default: 10.
  package var heartbeat = 10
  /// The longest wait for name resolution, TCP, TLS and AMQP handshake together. Default: 5 seconds.
  package var connectTimeout: Duration = .seconds(5)
  /// The longest wait for the broker's answer to a method, such as a declaration. Default: 10 seconds.
  package var requestTimeout: Duration = .seconds(10)
  /// The longest time that a send may take, if the peer accepts no data. After that the socket is shut down. Publishing
  /// gets another second per MiB. Default: 20 seconds.
  package var sendTimeout: Duration = .seconds(20)
  /// TCP_USER_TIMEOUT: the longest time for which sent data may stay unacknowledged by the peer's kernel. Off while the
  /// broker reports that it is blocked. Default: 20 seconds.
  package var unacknowledgedDataTimeout: Duration = .seconds(20)
  /// The longest wait for the broker's answer to an orderly close. Default: 2 seconds.
  package var closeTimeout: Duration = .seconds(2)

  package init(_ url: BrokerURL) throws(BrokerURLError) {
    host = url.host
    port = url.port
    virtualHost = url.virtualHost
    authentication =
      url.parameters.usesExternalAuthentication
      ? .external(user: url.user) : .plain(user: url.user, password: url.password)
    tls = url.usesTLS ? url.parameters.tls : nil
    setHeartbeat(url.parameters.heartbeat ?? heartbeat)
    if let milliseconds = url.parameters.connectionTimeout { connectTimeout = .milliseconds(milliseconds) }
    // The name requested and verified is the host's.
    if let name = url.parameters.serverName, name != url.host {
      throw .malformedParameter(
        name: "server_name_indication", expected: "the URL's host: this client verifies no other name")
    }
  }

  /// - Throws: what is wrong with the URL, without any part of the password.
  package init(url: String) throws(BrokerURLError) { try self.init(BrokerURL(url)) }

  /// Sets the heartbeat, and with it every other limit on a peer's silence: two heartbeats.
  ///
  /// - Parameter seconds: 0 for no heartbeats; the other limits stay as they are.
  package mutating func setHeartbeat(_ seconds: Int) {
    heartbeat = seconds
    guard seconds > 0 else { return }
    sendTimeout = .seconds(2 * seconds)
    unacknowledgedDataTimeout = .seconds(2 * seconds)
  }

  /// The current password; empty if none is needed.
  func password() throws(RabbitMQError) -> String {
    guard case .plain(_, let password) = authentication else { return "" }
    do {
      return try password.reveal()
    } catch {
      throw .unreadableSecret(reason: error.description)
    }
  }

  /// The user that logs in with a password; nil if a certificate identifies it.
  package var user: String? {
    if case .plain(let user, _) = authentication { user } else { nil }
  }

  /// Reads the password from a file, again for each connection.
  package mutating func usePassword(of file: String) {
    if case .plain(let user, _) = authentication { authentication = .plain(user: user, password: Secret(file: file)) }
  }

  /// The address, as errors and logs name it.
  package var endpoint: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
