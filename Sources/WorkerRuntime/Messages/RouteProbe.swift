package import Messaging
import WorkspaceApplication

/// Messages that only test whether messages published to the exchange of commands reach their queue: routed like
/// commands, but not commands. Published with `mandatory`, they come back if a binding is missing; if they arrive, the
/// worker just acknowledges them.
package enum RouteProbe {
  /// Their routing keys, also used as their property `type`: one for each kind of object that commands are about.
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
