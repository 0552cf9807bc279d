import Coordination
import Operations

/// A broker whose answers to `doctor` are set by a test.
struct FakeBroker: ExaminedBroker {
  struct Refused: Error, CustomStringConvertible {
    let description = "access refused"
  }

  struct Facts: BrokerFacts {
    let broker: FakeBroker

    func software() async -> (product: String?, version: String?) { (broker.product, broker.version) }
    func missing() async throws -> [String] {
      guard broker.mayAsk else { throw Refused() }
      return broker.missing
    }
    func differences() async throws -> [String]? { broker.differences }
    func commands() async throws -> (consumers: Int, waiting: Int) { (broker.consumers, 7) }
    func close() async {}
  }

  var host = "broker.example"
  var encryption = BrokerTarget.Encryption.verified
  var obstacle: BrokerObstacle?
  var product: String? = "RabbitMQ"
  var version: String? = "4.1.0"
  var mayAsk = true
  var missing: [String] = []
  var differences: [String]? = []
  var consumers = 1
  var routes: [BrokerRoute: RouteProbing] = [:]
  var alarms = AlarmProbing.confirmed

  var target: BrokerTarget {
    BrokerTarget(
      host: host, endpoint: "\(host):5671", virtualHost: "/", encryption: encryption,
      routes: [.commands: "commands -> commands", .queries: "queries -> queries"])
  }

  func connect() async throws(BrokerObstacle) -> any BrokerFacts {
    if let obstacle { throw obstacle }
    return Facts(broker: self)
  }

  func probe(_ route: BrokerRoute) async -> RouteProbing { routes[route] ?? .arrived }
  func probeAlarms() async -> AlarmProbing { alarms }
}

/// Resolves every name except those in `unknown`.
struct FakeResolver: HostResolver {
  var unknown: [String] = []

  func problem(_ host: String) async -> String? { unknown.contains(host) ? "no such name" : nil }
}
