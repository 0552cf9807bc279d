package import Coordination

/// Port: the broker of a configuration, for doctor.
package protocol ExaminedBroker: Sendable {
  var target: BrokerTarget { get }

  /// - Throws: why it can't be worked with at all.
  func connect() async throws(BrokerObstacle) -> any BrokerFacts

  /// Sends a message the way of the commands, for each of their routing keys, and sees where it ends.
  func probeRoute() async -> RouteProbing

  /// Sends small messages to a queue of its own, over as many channels as the worker's.
  func probeAlarms() async -> AlarmProbing
}

/// What the configuration says of the broker.
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
  /// The patterns by which the one is bound to the other.
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

/// Why there is no connection with the broker, with what was said, for people.
package enum BrokerObstacle: Error, Equatable {
  case unreachable(String)
  case tlsRefused(String)
  /// Also where the password can't be read.
  case loginRefused(String)
  /// It does not answer.
  case silent(String)
  case other(String)
}

/// A connection with a broker that answers questions.
package protocol BrokerFacts: Closable {
  func software() async -> (product: String?, version: String?)

  /// Exchanges and queues that are needed and not there, each with its kind.
  func missing() async throws -> [String]

  /// What is there, but not as it is needed, each with the difference; nil where this user may not compare.
  func differences() async throws -> [String]?

  /// Of the queue of commands.
  func commands() async throws -> (consumers: Int, waiting: Int)
}

/// What became of a message on the way of the commands.
package enum RouteProbing: Sendable, Equatable {
  case arrived
  /// Of one of the routing keys at least.
  case unroutable
  /// This user may not publish commands.
  case forbidden
  case unknown(String)
}

/// What became of messages to a queue of one's own.
package enum AlarmProbing: Sendable, Equatable {
  case confirmed
  /// The broker did not take one.
  case refused(String)
  /// No confirm came in time; with the reason by which the broker blocks publishers, where it says so.
  case unconfirmed(blockedBecause: String?, limit: Duration)
  /// There was no queue to send one to.
  case untried(String)
}
