import WorkspaceDomain

/// What CloudEvents requires of attribute values
/// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type-system).
enum AttributeRules {
  /// Whether `text` has 1 to `maximumLength` Unicode scalars, and no control characters or noncharacters.
  static func isText(_ text: String, maximumLength: Int) -> Bool {
    text.isAttribute(maximumLength: maximumLength)
  }

  /// A moment in the format of RFC 3339, section 5.6; nil if it isn't one. Fractions of a millisecond are dropped. A
  /// moment that an offset or a leap second moves beyond the year 9999, so that it can't be written in that format in UTC,
  /// is taken as the last that can.
  static func timestamp(_ text: String) -> Timestamp? {
    var rest = Array(text.utf8)[...]
    guard let year = number(&rest, digits: 4), skip(&rest, "-"), let month = number(&rest, digits: 2), skip(&rest, "-"),
      let day = number(&rest, digits: 2), skip(&rest, "T") || skip(&rest, "t"),
      let hour = number(&rest, digits: 2), skip(&rest, ":"), let minute = number(&rest, digits: 2), skip(&rest, ":"),
      let second = number(&rest, digits: 2)
    else { return nil }
    guard (1...12).contains(month), day >= 1, day <= days(in: month, of: year), hour < 24, minute < 60, second <= 60
    else {
      return nil
    }
    guard let milliseconds = fraction(&rest), let offset = offset(rest) else { return nil }
    let minutes = hour * 60 + minute - offset
    let moment = Timestamp(
      year: year, month: month, day: day, millisecondOfDay: minutes * 60_000 + second * 1000 + milliseconds)
    return min(moment, last)
  }

  private static let last = Timestamp(year: 9999, month: 12, day: 31, millisecondOfDay: 86_399_999)

  /// Milliseconds of a fraction of a second, 0 without one; nil if a point has no digit after it.
  private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Int? {
    guard skip(&rest, ".") else { return 0 }
    guard var milliseconds = number(&rest, digits: 1).map({ $0 * 100 }) else { return nil }
    for weight in [10, 1] {
      guard let digit = number(&rest, digits: 1) else { break }
      milliseconds += digit * weight
    }
    while number(&rest, digits: 1) != nil {}
    return milliseconds
  }

  /// The offset in minutes east of UTC; nil if it is malformed, or anything follows.
  private static func offset(_ text: ArraySlice<UInt8>) -> Int? {
    var rest = text
    if skip(&rest, "Z") || skip(&rest, "z") { return rest.isEmpty ? 0 : nil }
    let isEast = rest.first == UInt8(ascii: "+")
    guard skip(&rest, "+") || skip(&rest, "-"), let hour = number(&rest, digits: 2), skip(&rest, ":"),
      let minute = number(&rest, digits: 2), hour < 24, minute < 60, rest.isEmpty
    else { return nil }
    return (isEast ? 1 : -1) * (hour * 60 + minute)
  }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func skip(_ rest: inout ArraySlice<UInt8>, _ byte: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: byte) else { return false }
    rest.removeFirst()
    return true
  }

  private static func number(_ rest: inout ArraySlice<UInt8>, digits: Int) -> Int? {
    let taken = rest.prefix(digits)
    guard taken.count == digits, taken.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    rest = rest.dropFirst(digits)
    return taken.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  static func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }
}
