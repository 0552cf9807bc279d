package import Coordination

/// Port: the broker of a configuration, for doctor.
package protocol ExaminedBroker: Sendable {
  var target: BrokerTarget { get }

  /// - Throws: why the broker can't be used at all.
  func connect() async throws(BrokerObstacle) -> any BrokerFacts

  /// Publishes a message for each binding of a route, like those that the binding is for, and checks that each reaches
  /// a queue.
  func probe(_ route: BrokerRoute) async -> RouteProbing

  /// Sends messages to a temporary queue, empty ones and one as large as a worker's can be, on a connection with as
  /// many channels as the worker's.
  func probeAlarms() async -> AlarmProbing
}

/// A way from an exchange to the queue that workers consume.
package enum BrokerRoute: String, Sendable, CaseIterable {
  case commands, queries
}

/// What the configuration says about the broker.
package struct BrokerTarget: Sendable {
  package enum Encryption: Sendable {
    case none, unverified, verified
  }

  package let host: String
  /// Host and port.
  package let endpoint: String
  package let virtualHost: String
  package let encryption: Encryption
  /// Exchange and queue of each route: `exchange -> queue`.
  package let routes: [BrokerRoute: String]

  package init(
    host: String, endpoint: String, virtualHost: String, encryption: Encryption, routes: [BrokerRoute: String]
  ) {
    self.host = host
    self.endpoint = endpoint
    self.virtualHost = virtualHost
    self.encryption = encryption
    self.routes = routes
  }
}

/// Why there is no connection with the broker, with an explanation for people.
package enum BrokerObstacle: Error, Equatable {
  case unreachable(String)
  case tlsRefused(String)
  /// The broker refused the login, or the password can't be read.
  case loginRefused(String)
  /// The broker does not answer.
  case silent(String)
  case other(String)
}

/// A connection for querying the broker.
package protocol BrokerFacts: Closable {
  func software() async -> (product: String?, version: String?)

  /// Needed exchanges and queues that don't exist, each with its kind.
  func missing() async throws -> [String]

  /// Exchanges and queues that exist but differ from what is needed, each with the difference; nil if this user may not
  /// compare them.
  func differences() async throws -> [String]?

  /// The number of consumers and of waiting messages of the commands queue.
  func commands() async throws -> (consumers: Int, waiting: Int)
}

/// The outcome of messages published on a route.
package enum RouteProbing: Sendable, Equatable {
  case arrived
  /// No queue is bound with these keys.
  case unroutable(keys: [String])
  /// This user may not publish there.
  case forbidden
  case unknown(String)
}

/// The outcome of messages to a temporary queue.
package enum AlarmProbing: Sendable, Equatable {
  case confirmed
  /// The broker did not accept a message.
  case refused(String)
  /// No confirm came in time; with the broker's reason for blocking publishers, if it gives one.
  case unconfirmed(blockedBecause: String?, limit: Duration)
  /// There was no queue or connection to send messages over.
  case untried(String)
}
