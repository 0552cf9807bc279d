import Crypto
package import Messaging

/// Identifies a message across deliveries: where it was published to, its properties and its body. Properties are
/// compared by meaning, since a broker need not redeliver the same bytes.
package enum MessageFingerprint {
  /// - Returns: SHA-256, 32 bytes.
  package static func of(_ message: AMQPMessage) -> [UInt8] {
    var properties = message.properties
    let headers = properties.headers?.canonical ?? []
    properties.headers = nil
    properties.expiration = properties.expiration.map(\.canonicalExpiration)
    // 1, transient, is also the default.
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
  /// The number of milliseconds as RabbitMQ from 4.0 on rewrites it (`mc_amqpl:protocol_state`): "60000" for "0060000".
  fileprivate var canonicalExpiration: ShortString {
    guard let text, let number = UInt64(text) else { return self }
    return ShortString("\(number)") ?? self
  }
}
