package import Messaging
import WorkspaceApplication

/// Messages that only ask whether what is published to the exchange of commands reaches their queue: routed like commands,
/// and none. Published with `mandatory`, they come back where a binding is missing; where they arrive, the worker
/// acknowledges them, and nothing else.
package enum RouteProbe {
  /// Their routing keys, which are their property `type`, too: one for each kind of object that commands are about.
  fileprivate static let types = CommandType.subjects.compactMap { ShortString("\($0).probe") }

  package static func messages(to exchange: ShortString) -> [OutboundMessage] {
    types.map { type in
      var properties = MessageProperties()
      properties.type = type
      return OutboundMessage(exchange: exchange, routingKey: type, properties: properties, body: [])
    }
  }
}

extension Delivery {
  var isRouteProbe: Bool {
    body.isEmpty && properties.type == routingKey && RouteProbe.types.contains(routingKey)
  }
}
