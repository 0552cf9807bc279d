import Crypto
package import DeliveryPipeline

/// What makes a delivery the same message as one before: where it was published to, its properties and its body.
package enum MessageFingerprint {
  /// - Returns: SHA-256, 32 bytes.
  package static func of(_ message: OutboundMessage) -> [UInt8] {
    var hash = SHA256()
    for part in [message.exchange.bytes, message.routingKey.bytes, message.propertyList.bytes, message.body] {
      withUnsafeBytes(of: UInt64(part.count).bigEndian) { hash.update(bufferPointer: $0) }
      part.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }
    return Array(hash.finalize())
  }
}
