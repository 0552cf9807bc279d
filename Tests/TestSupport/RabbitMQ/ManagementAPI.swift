package import Foundation

/// The parts of RabbitMQ's management HTTP API that tests need.
package struct ManagementAPI: Sendable {
  private let base: URL
  private let authorization: String
  package let user: String

  package struct Refused: Error, CustomStringConvertible {
    package let description: String
  }

  package init(_ url: URL) {
    user = url.user ?? "guest"
    authorization = "Basic " + Data("\(user):\(url.password ?? "guest")".utf8).base64EncodedString()
    var parts = URLComponents()
    (parts.scheme, parts.host, parts.port) = (url.scheme, url.host, url.port)
    base = parts.url ?? url
  }

  package func createVirtualHost(_ name: String) async throws {
    try await send("PUT", ["vhosts", name])
    try await send("PUT", ["permissions", name, user], #"{"configure":".*","write":".*","read":".*"}"#)
  }

  package func deleteVirtualHost(_ name: String) async throws { try await send("DELETE", ["vhosts", name]) }

  private static let allRights = ["configure": ".*", "write": ".*", "read": ".*"]

  /// Creates a user with the given rights in a virtual host, by default with all.
  package func createUser(
    for virtualHost: String, permissions: [String: String]? = nil
  ) async throws -> (name: String, password: String) {
    let user = (name: "test-\(UInt64.random(in: 0 ... .max))", password: "sesame-\(UInt64.random(in: 0 ... .max))")
    try await setPassword(user.password, of: user.name)
    try await permit(user.name, permissions ?? Self.allRights, in: virtualHost)
    return user
  }

  /// Creates a user without a password, with all rights in a virtual host.
  package func createUser(named name: String, for virtualHost: String) async throws {
    try await send("PUT", ["users", name], #"{"password_hash":"","tags":""}"#)
    try await permit(name, Self.allRights, in: virtualHost)
  }

  /// Sets a user's password. Creates the user if there is none.
  package func setPassword(_ password: String, of user: String) async throws {
    try await send("PUT", ["users", user], #"{"password":"\#(password)","tags":""}"#)
  }

  private func permit(_ user: String, _ permissions: [String: String], in virtualHost: String) async throws {
    let body = String(decoding: try JSONEncoder().encode(permissions), as: UTF8.self)
    try await send("PUT", ["permissions", virtualHost, user], body)
  }

  /// The users of the connections to a virtual host that the broker lists so far. Waits until it lists one.
  package func userNames(in virtualHost: String) async throws -> Set<String> {
    struct Connection: Decodable {
      let user: String
    }
    var users: Set<String> = []
    // The list of connections follows with a delay.
    try await Patience.poll(for: "a connection that the broker lists") {
      let data = try await send("GET", ["vhosts", virtualHost, "connections"])
      users = Set(try JSONDecoder().decode([Connection].self, from: data).map(\.user))
      return !users.isEmpty
    }
    return users
  }

  package func deleteUser(_ name: String) async throws { try await send("DELETE", ["users", name]) }

  package func deleteQueue(_ queue: String, in virtualHost: String) async throws {
    try await send("DELETE", ["queues", virtualHost, queue])
  }

  package func deleteExchange(_ exchange: String, in virtualHost: String) async throws {
    try await send("DELETE", ["exchanges", virtualHost, exchange])
  }

  package func deleteBinding(of queue: String, to exchange: String, routingKey: String, in virtualHost: String)
    async throws
  {
    try await send("DELETE", ["bindings", virtualHost, "e", exchange, "q", queue, routingKey])
  }

  /// Closes the connections with the given name, as an operator would. Waits until the broker lists one.
  package func closeConnections(named name: String, in virtualHost: String) async throws {
    try await closeConnections(in: virtualHost) { $0 == name }
  }

  /// Closes all connections whose names begin with `prefix`, likewise.
  package func closeConnections(withPrefix prefix: String, in virtualHost: String) async throws {
    try await closeConnections(in: virtualHost) { $0.hasPrefix(prefix) }
  }

  private func closeConnections(in virtualHost: String, where isChosen: (String) -> Bool) async throws {
    struct Connection: Decodable {
      let name: String
      let user_provided_name: String?
    }
    // The list of connections follows with a delay.
    try await Patience.poll(for: "a connection to close") {
      let data = try await send("GET", ["vhosts", virtualHost, "connections"])
      let found = try JSONDecoder().decode([Connection].self, from: data).filter {
        $0.user_provided_name.map(isChosen) ?? false
      }
      // Where several connections belong together, the end of one ends the others: 404, or 500 for one that ends at
      // this moment (rabbitmq-management issue 497).
      for connection in found { try await send("DELETE", ["connections", connection.name], accepting: [404, 500]) }
      return !found.isEmpty
    }
  }

  /// Takes messages from a queue and refuses them, as a consumer does with basic.reject without requeue.
  package func rejectMessages(_ count: Int, of queue: String, in virtualHost: String) async throws {
    try await send(
      "POST", ["queues", virtualHost, queue, "get"],
      #"{"count":\#(count),"ackmode":"reject_requeue_false","encoding":"base64"}"#)
  }

  /// Takes messages from a queue and requeues them, as a consumer does: the queue counts a delivery of each.
  package func returnMessages(_ count: Int, to queue: String, in virtualHost: String) async throws {
    try await send(
      "POST", ["queues", virtualHost, queue, "get"],
      #"{"count":\#(count),"ackmode":"ack_requeue_true","encoding":"base64"}"#)
  }

  /// Sets a policy that limits how long messages live in the queues whose names match `pattern`.
  package func setTimeToLive(_ duration: Duration, of pattern: String, in virtualHost: String) async throws {
    try await setPolicy(
      "time-to-live", #""message-ttl":\#(Int(duration / .milliseconds(1)))"#, of: pattern, in: virtualHost)
  }

  /// Sets a policy with a delivery limit: messages that are delivered more often are taken out of the queues whose
  /// names match `pattern`. Waits until a queue has the policy.
  package func setDeliveryLimit(_ limit: Int, of pattern: String, in virtualHost: String) async throws {
    struct Queue: Decodable {
      let policy: String?
    }
    let name = "delivery-limit"
    try await setPolicy(name, #""delivery-limit":\#(limit)"#, of: pattern, in: virtualHost)
    try await Patience.poll(for: "a queue has the policy") {
      let data = try await send("GET", ["queues", virtualHost])
      return try JSONDecoder().decode([Queue].self, from: data).contains { $0.policy == name }
    }
  }

  private func setPolicy(_ name: String, _ definition: String, of pattern: String, in virtualHost: String) async throws
  {
    try await send(
      "PUT", ["policies", virtualHost, name],
      #"{"pattern":\#(try Self.json(pattern)),"definition":{\#(definition)},"apply-to":"queues"}"#)
  }

  package func deletePolicy(_ name: String, in virtualHost: String) async throws {
    try await send("DELETE", ["policies", virtualHost, name])
  }

  /// The number of bindings between an exchange and a queue.
  package func bindingCount(of queue: String, to exchange: String, in virtualHost: String) async throws -> Int {
    struct Binding: Decodable {}
    let data = try await send("GET", ["bindings", virtualHost, "e", exchange, "q", queue])
    return try JSONDecoder().decode([Binding].self, from: data).count
  }

  private static func json(_ text: String) throws -> String {
    String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
  }

  @discardableResult
  private func send(
    _ method: String, _ path: [String], _ body: String = "{}", accepting others: [Int] = []
  ) async throws -> Data {
    var allowed = CharacterSet.alphanumerics
    allowed.insert(charactersIn: "-._~")
    let parts = (["api"] + path).map { $0.addingPercentEncoding(withAllowedCharacters: allowed) ?? "" }
    var call = HTTPCall(method, base.absoluteString + "/" + parts.joined(separator: "/"))
      .with("Authorization", authorization).with("Content-Type", "application/json")
    if method != "GET" { call = call.with(body: Data(body.utf8)) }
    let answer = try await call.answer()
    guard (200..<300).contains(answer.status) || others.contains(answer.status) else {
      throw Refused(description: "\(method) \(path): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
    }
    return answer.body
  }
}
