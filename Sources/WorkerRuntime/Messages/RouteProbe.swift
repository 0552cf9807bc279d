package import Messaging
import WorkspaceApplication

/// Messages that only test whether messages reach their queue: routed like commands or queries, but neither. Published
/// with `mandatory`, they come back if a binding is missing; if they arrive, the worker just acknowledges them.
package enum RouteProbe {
  /// The values of their property `type`: one for each kind of object that commands are about.
  fileprivate static let types = CommandType.subjects.map { key(for: ShortString("\($0).#") ?? "#") }

  /// A routing key that matches a binding's: `group.probe` for `group.#`.
  package static func key(for bindingKey: ShortString) -> ShortString {
    let words = (bindingKey.text ?? "").split(separator: ".").map { $0 == "#" || $0 == "*" ? "probe" : $0 }
    // A key of one word, `#`, matches all kinds of objects.
    return ShortString((words.count == 1 ? ["workspace"] + words : words).joined(separator: ".")) ?? bindingKey
  }

  package static func message(to exchange: ShortString, bindingKey: ShortString) -> AMQPMessage {
    let key = key(for: bindingKey)
    return message(to: exchange, routingKey: key, type: key)
  }

  /// Through the default exchange, which needs no binding.
  package static func message(toQueue queue: ShortString) -> AMQPMessage {
    message(to: "", routingKey: queue, type: "workspace.probe")
  }

  private static func message(to exchange: ShortString, routingKey: ShortString, type: ShortString) -> AMQPMessage {
    var properties = MessageProperties()
    properties.type = type
    return AMQPMessage(exchange: exchange, routingKey: routingKey, properties: properties, body: [])
  }
}

extension Delivery {
  var isRouteProbe: Bool {
    guard body.isEmpty, let type = properties.type else { return false }
    return RouteProbe.types.contains(type)
  }
}
