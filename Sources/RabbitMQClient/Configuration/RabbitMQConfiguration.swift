package import Secrets

/// How to reach a broker, and how long to wait for it.
package struct RabbitMQConfiguration: Sendable, Equatable {
  /// How the client shows who it is.
  package enum Authentication: Sendable, Equatable {
    /// SASL PLAIN: a user and a password.
    case plain(user: String, password: Secret)
    /// SASL EXTERNAL: the server takes the identity from the client's certificate. RabbitMQ does not look at the one
    /// that is given here, and librabbitmq can't leave it out.
    case external(user: String)
  }

  package var host: String
  package var port: Int
  package var virtualHost: String
  package var authentication: Authentication
  /// Nil: not secured.
  package var tls: TLSOptions?
  /// What the broker's lists show as the name of the connection. Default: `workspace-worker`.
  package var connectionName = "workspace-worker"
  /// What `ps` and profilers show as the name of the connection's thread: at most 15 bytes. Default: `amqp`.
  package var threadName = "amqp"
  /// Seconds after which a silent peer is suspected; it counts as gone after two of them. 0: no heartbeats. The broker
  /// may ask for less. Default: 10.
  package var heartbeat = 10
  /// The longest wait for name resolution, TCP, TLS and AMQP handshake together. Default: 5 seconds.
  package var connectTimeout: Duration = .seconds(5)
  /// The longest wait for the broker's answer to a method, such as a declaration. Default: 10 seconds.
  package var requestTimeout: Duration = .seconds(10)
  /// The longest time for which the peer may take nothing of what was sent. After it the socket is shut down.
  /// Large messages get another second per MiB. Default: 20 seconds.
  package var sendTimeout: Duration = .seconds(20)
  /// TCP_USER_TIMEOUT: the longest time for which sent data may stay unacknowledged by the peer's kernel. Off while
  /// the broker says that it is blocked. Default: 20 seconds.
  package var unacknowledgedDataTimeout: Duration = .seconds(20)
  /// The longest wait for the broker's answer to an orderly close. Default: 2 seconds.
  package var closeTimeout: Duration = .seconds(2)

  package init(_ url: BrokerURL) throws(BrokerURLError) {
    host = url.host
    port = url.port
    virtualHost = url.virtualHost
    authentication =
      url.parameters.usesExternalAuthentication ? .external(user: url.user) : .plain(user: url.user, password: url.password)
    tls = url.usesTLS ? url.parameters.tls : nil
    setHeartbeat(url.parameters.heartbeat ?? heartbeat)
    if let milliseconds = url.parameters.connectionTimeout { connectTimeout = .milliseconds(milliseconds) }
    // The name that is asked for and verified is that of the host.
    if let name = url.parameters.serverName, name != url.host {
      throw .malformedParameter(name: "server_name_indication", expected: "the host of the URL: this client verifies no other name")
    }
  }

  /// - Throws: what is wrong with the URL, without any part of the password.
  package init(url: String) throws(BrokerURLError) { try self.init(BrokerURL(url)) }

  /// Sets the heartbeat, and with it how long a peer may be silent in every other way: two heartbeats.
  ///
  /// - Parameter seconds: 0 for no heartbeats; the other limits stay as they are.
  package mutating func setHeartbeat(_ seconds: Int) {
    heartbeat = seconds
    guard seconds > 0 else { return }
    sendTimeout = .seconds(2 * seconds)
    unacknowledgedDataTimeout = .seconds(2 * seconds)
  }

  /// The password as it is now; nothing where none is needed.
  func password() throws(RabbitMQError) -> String {
    guard case .plain(_, let password) = authentication else { return "" }
    do {
      return try password.reveal()
    } catch {
      throw .unreadableSecret(reason: error.description)
    }
  }

  /// Who logs in with a password; nil where a certificate says who it is.
  package var user: String? {
    if case .plain(let user, _) = authentication { user } else { nil }
  }

  /// Takes the password from a file, anew for each connection.
  package mutating func usePassword(of file: String) {
    if case .plain(let user, _) = authentication { authentication = .plain(user: user, password: Secret(file: file)) }
  }

  /// The address, as errors and logs name it.
  package var endpoint: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
