import Messaging

/// What a command names in `reply_to`: a queue, by its name or, in the form of addresses of AMQP 1.0 clients since
/// RabbitMQ 4, as `/queues/NAME`, percent-encoded (https://www.rabbitmq.com/docs/amqp#target-address-v2). Other
/// addresses of that kind don't name a queue. They are treated as queue names, and their replies are unroutable.
enum ReplyAddress {
  private static let prefix = Array("/queues/".utf8)

  /// The name of the queue; nil if there is none that may be published to.
  static func queue(of address: ShortString) -> ShortString? {
    guard !address.bytes.isEmpty, DirectReplyAddress.isUsable(address) else { return nil }
    guard address.bytes.starts(with: prefix) else { return address }
    let name = decode(address.bytes.dropFirst(prefix.count)).flatMap { ShortString(bytes: $0) }
    return name.flatMap { $0.bytes.isEmpty || !DirectReplyAddress.isUsable($0) ? nil : $0 }
  }

  /// - Returns: nil if a `%` is not followed by two hexadecimal digits.
  private static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var (rest, bytes) = (text, [UInt8]())
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let digits = String(validating: rest.prefix(2), as: UTF8.self),
        digits.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }), let decoded = UInt8(digits, radix: 16)
      else { return nil }
      bytes.append(decoded)
      rest = rest.dropFirst(2)
    }
    return bytes
  }
}
