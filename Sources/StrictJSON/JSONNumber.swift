/// A JSON number by its value, exact whatever its size: `1`, `1.0` and `10e-1` are one number.
package struct JSONNumber: Sendable, Hashable {
  /// Exponents beyond this are refused: no sender needs them, and arithmetic on them would overflow.
  static let maximumExponent = 1_000_000

  private let isNegative: Bool
  /// Decimal digits without zeros at either end; empty for zero.
  private let digits: [UInt8]
  /// The power of ten by which the digits are multiplied.
  private let exponent: Int

  /// - Parameters:
  ///   - integer: the digits before the point.
  ///   - fraction: the digits after it.
  ///   - exponent: the written exponent.
  init(isNegative: Bool, integer: ArraySlice<UInt8>, fraction: ArraySlice<UInt8>, exponent: Int) {
    let zero = UInt8(ascii: "0")
    var digits = Array((integer + fraction).drop { $0 == zero })
    var exponent = exponent - fraction.count
    while digits.last == zero {
      digits.removeLast()
      exponent += 1
    }
    self.digits = digits
    self.exponent = digits.isEmpty ? 0 : exponent
    self.isNegative = isNegative && !digits.isEmpty
  }

  /// Whether the canonical form can be read back: moving zeros from the digits to the exponent can push the exponent
  /// beyond the limit.
  var isInRange: Bool { abs(exponent) <= Self.maximumExponent }

  /// The number as an integer; nil if it isn't one, or has more than 18 digits.
  package var integer: Int? {
    guard exponent >= 0, digits.count + exponent <= 18 else { return nil }
    var value = 0
    for digit in digits { value = value * 10 + Int(digit - UInt8(ascii: "0")) }
    for _ in 0..<exponent { value *= 10 }
    return isNegative ? -value : value
  }

  /// The canonical form, which is the same for equal numbers.
  var canonicalText: String {
    guard !digits.isEmpty else { return "0" }
    return (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self) + (exponent == 0 ? "" : "e\(exponent)")
  }
}
