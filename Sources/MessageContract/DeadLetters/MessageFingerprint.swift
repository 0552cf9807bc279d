import Crypto
package import Messaging

/// What makes a delivery the same message as an earlier one: where it was published to, its properties and its body,
/// compared by meaning. A broker need not redeliver the same bytes.
package enum MessageFingerprint {
  /// - Returns: SHA-256, 32 bytes.
  package static func of(_ message: OutboundMessage) -> [UInt8] {
    var properties = message.properties
    let headers = properties.headers?.canonical ?? []
    properties.headers = nil
    properties.expiration = properties.expiration.map(\.canonicalExpiration)
    // Transient, explicitly or by default.
    if properties.deliveryMode == 1 { properties.deliveryMode = nil }
    var hash = SHA256()
    let list = PropertyList(properties).bytes
    for part in [message.exchange.bytes, message.routingKey.bytes, list, headers, message.body] {
      withUnsafeBytes(of: UInt64(part.count).bigEndian) { hash.update(bufferPointer: $0) }
      part.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }
    return Array(hash.finalize())
  }
}

extension ShortString {
  /// A number of milliseconds, which RabbitMQ from 4.0 on rewrites (`mc_amqpl:protocol_state`): "0060000" is "60000".
  fileprivate var canonicalExpiration: ShortString {
    guard let text, let number = UInt64(text) else { return self }
    return ShortString("\(number)") ?? self
  }
}
