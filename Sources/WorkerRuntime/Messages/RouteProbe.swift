package import Messaging
import WorkspaceApplication

/// Messages that only test whether messages published to an exchange reach their queue: routed like commands or
/// queries, but neither. Published with `mandatory`, they come back if a binding is missing; if they arrive, the worker
/// just acknowledges them.
package enum RouteProbe {
  /// Their routing keys, also used as their property `type`: one for each kind of object that commands are about.
  fileprivate static let keys = CommandType.subjects.map { key(for: ShortString("\($0).#") ?? "#") }

  /// A routing key that matches a binding's: `group.probe` for `group.#`.
  package static func key(for bindingKey: ShortString) -> ShortString {
    let words = (bindingKey.text ?? "").split(separator: ".").map { $0 == "#" || $0 == "*" ? "probe" : $0 }
    // A key of one word is that of all objects.
    return ShortString((words.count == 1 ? ["workspace"] + words : words).joined(separator: ".")) ?? bindingKey
  }

  package static func message(to exchange: ShortString, bindingKey: ShortString) -> AMQPMessage {
    var properties = MessageProperties()
    properties.type = key(for: bindingKey)
    return AMQPMessage(exchange: exchange, routingKey: key(for: bindingKey), properties: properties, body: [])
  }
}

extension Delivery {
  var isRouteProbe: Bool {
    body.isEmpty && properties.type == routingKey && RouteProbe.keys.contains(routingKey)
  }
}
