import MessageContract
import Messaging

/// Makes `workspace.create` commands for eight tenants in turn, whose root workspaces ``Laboratory`` has stored.
struct CommandFactory {
  static let tenants = (0..<8).map { identifier(prefix: "0T", $0) }
  static let roots = (0..<8).map { identifier(prefix: "0R", $0) }

  /// Unique to this run: the same numbers in another run are different commands.
  let run: Int
  let exchange: ShortString
  let routingKey: ShortString
  /// The parents of the workspaces to create, by tenant.
  private let parents: [String]
  private(set) var count = 0

  init(
    run: Int, below parents: [String] = Self.roots, to exchange: ShortString = "workspace.commands",
    _ routingKey: ShortString = "workspace.create"
  ) {
    self.run = run
    self.parents = parents
    self.exchange = exchange
    self.routingKey = routingKey
  }

  mutating func next(replyTo: ShortString? = nil, correlationID: ShortString? = nil) -> AMQPMessage {
    let tenant = count % Self.tenants.count
    defer { count += 1 }
    let body = """
      {"specversion":"1.0","id":"benchmark-\(run)-\(count)","source":"/benchmark","type":"workspace.create",\
      "tenantid":"\(Self.tenants[tenant])","userid":"benchmark","data":{"name":"workspace \(run) \(count)",\
      "parent_workspace_id":"\(parents[tenant])"}}
      """
    var properties = MessageProperties()
    properties.contentType = "application/cloudevents+json"
    properties.deliveryMode = 2
    properties.replyTo = replyTo
    properties.correlationID = correlationID
    return AMQPMessage(
      exchange: exchange, routingKey: routingKey, properties: properties, body: Array(body.utf8))
  }

  /// The next `size` commands in one batch message.
  mutating func nextBatch(_ size: Int) -> AMQPMessage {
    let commands = (0..<size).map { _ in next() }
    var properties = MessageProperties()
    properties.contentType = CloudEventsType.batch
    properties.deliveryMode = 2
    return AMQPMessage(
      exchange: exchange, routingKey: "workspace.batch", properties: properties,
      body: CloudEventsType.array(commands.map(\.body)))
  }

  /// An easily readable ULID.
  static func identifier(prefix: String, _ number: Int) -> String {
    let digits = String(number)
    return prefix + String(repeating: "0", count: 26 - prefix.count - digits.count) + digits
  }
}
