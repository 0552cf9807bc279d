import Messaging

/// What a soak must know about a result or an event: read from its bytes without decoding everything, because there are
/// thousands a second.
struct SoakMessage {
  let command: Int
  /// Of an event.
  let sequence: Int?
  let isRefusal: Bool
  let hash: Int

  init?(_ delivery: Delivery) {
    let text = String(decoding: delivery.body, as: UTF8.self)
    guard let id = Self.value(of: "commandid", in: text), let command = SoakStream.number(of: id) else { return nil }
    self.command = command
    sequence = Self.value(of: "sequence", in: text).flatMap { Int($0) }
    isRefusal = !(delivery.routingKey.text ?? "").hasSuffix(".succeeded")
    hash = Self.hash(delivery.body)
  }

  static func hash(_ body: [UInt8]) -> Int {
    var hasher = Hasher()
    body.withUnsafeBytes { hasher.combine(bytes: $0) }
    return hasher.finalize()
  }

  /// The string after a key. The worker writes no white space.
  private static func value(of key: String, in text: String) -> Substring? {
    guard let start = text.utf8.firstRange(of: "\"\(key)\":\"".utf8)?.upperBound else { return nil }
    return text[start...].prefix { $0 != "\"" }
  }
}
