package import Messaging

extension AMQPMessage {
  /// Whether this is `sent`, as delivered by a broker: byte for byte, except for its header table, which RabbitMQ
  /// rewrites from version 4 on: in the order of the names, each once, and with one kind for integers of 64 bits.
  package func isPassage(of sent: AMQPMessage) -> Bool {
    if self == sent { return true }
    var (own, others) = (properties, sent.properties)
    guard let fields = own.headers?.fields(), let sentFields = others.headers?.fields() else { return false }
    own.headers = nil
    others.headers = nil
    let names = fields.map(\.name)
    return exchange == sent.exchange && routingKey == sent.routingKey && own == others && body == sent.body
      && fields.allSatisfy(sentFields.contains) && Set(names) == Set(sentFields.map(\.name))
      && Set(names).count == names.count
  }
}
