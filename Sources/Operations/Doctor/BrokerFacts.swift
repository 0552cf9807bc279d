package import Coordination

/// Port: the broker of a configuration, for doctor.
package protocol ExaminedBroker: Sendable {
  var target: BrokerTarget { get }

  /// - Throws: why it can't be used at all.
  func connect() async throws(BrokerObstacle) -> any BrokerFacts

  /// Sends a message the way commands are sent, for each of their routing keys, and checks where it arrives.
  func probeRoute() async -> RouteProbing

  /// Sends small messages to a queue of its own, over as many channels as the worker's.
  func probeAlarms() async -> AlarmProbing
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
  package let commandsExchange: String
  package let commandsQueue: String
  /// The patterns by which the queue is bound to the exchange.
  package let commandKeys: [String]

  package init(
    host: String, endpoint: String, virtualHost: String, encryption: Encryption, commandsExchange: String,
    commandsQueue: String, commandKeys: [String]
  ) {
    self.host = host
    self.endpoint = endpoint
    self.virtualHost = virtualHost
    self.encryption = encryption
    self.commandsExchange = commandsExchange
    self.commandsQueue = commandsQueue
    self.commandKeys = commandKeys
  }
}

/// Why there is no connection with the broker, with the message in words.
package enum BrokerObstacle: Error, Equatable {
  case unreachable(String)
  case tlsRefused(String)
  /// Also if the password can't be read.
  case loginRefused(String)
  /// It does not answer.
  case silent(String)
  case other(String)
}

/// A connection for querying the broker.
package protocol BrokerFacts: Closable {
  func software() async -> (product: String?, version: String?)

  /// Exchanges and queues that are needed but missing, each with its kind.
  func missing() async throws -> [String]

  /// Those that exist but differ from what is needed, each with the difference; nil if this user may not compare.
  func differences() async throws -> [String]?

  /// Of the queue of commands.
  func commands() async throws -> (consumers: Int, waiting: Int)
}

/// The outcome of a message sent the way commands are.
package enum RouteProbing: Sendable, Equatable {
  case arrived
  /// For at least one of the routing keys.
  case unroutable
  /// This user may not publish commands.
  case forbidden
  case unknown(String)
}

/// The outcome of messages to a queue of one's own.
package enum AlarmProbing: Sendable, Equatable {
  case confirmed
  /// The broker did not take one.
  case refused(String)
  /// No confirm came in time; with the broker's reason for blocking publishers, if it gives one.
  case unconfirmed(blockedBecause: String?, limit: Duration)
  /// There was no queue to send one to.
  case untried(String)
}
