/// The kinds of header table values that RabbitMQ knows.
///
/// Source: AMQP 0-9-1 section 4.2.5.5, with https://www.rabbitmq.com/amqp-0-9-1-errata.
enum HeaderKind {
  static let table = UInt8(ascii: "F")
  static let array = UInt8(ascii: "A")

  /// - Returns: nil for kinds whose values are preceded by a length, and for unknown kinds.
  static func fixedSize(_ kind: UInt8) -> Int? {
    switch Unicode.Scalar(kind) {
    case "V": 0
    case "t", "b", "B": 1
    case "s", "u": 2
    case "I", "i", "f": 4
    case "D": 5
    case "l", "L", "d", "T": 8
    default: nil
    }
  }

  /// Whether four bytes before the value give its length.
  static func hasLength(_ kind: UInt8) -> Bool {
    switch Unicode.Scalar(kind) {
    case "S", "x", "A", "F": true
    default: false
    }
  }
}
