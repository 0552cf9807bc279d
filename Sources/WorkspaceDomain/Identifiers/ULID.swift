/// A universally unique, lexicographically sortable identifier: 48 bits of milliseconds since 1970 and 80 random bits,
/// written as 26 symbols of Crockford's base32.
///
/// Source: https://github.com/ulid/spec
package struct ULID: Sendable, Hashable {
  /// The number of symbols in the text form.
  package static let length = 26
  /// The largest time that fits 48 bits: in the year 10889.
  package static let maximumMilliseconds: UInt64 = 1 << 48 - 1

  /// The 48 bits of time and the first 16 random bits.
  private let high: UInt64
  /// The last 64 random bits.
  private let low: UInt64

  /// - Precondition: `milliseconds` is at most ``maximumMilliseconds``.
  package init(milliseconds: UInt64, randomness: Randomness) {
    precondition(milliseconds <= Self.maximumMilliseconds)
    high = milliseconds << 16 | UInt64(randomness.high)
    low = randomness.low
  }

  /// A new id, in no particular order relative to others of the same millisecond.
  package static func random(at time: Timestamp) -> ULID {
    let milliseconds = min(UInt64(clamping: time.milliseconds), maximumMilliseconds)
    return ULID(
      milliseconds: milliseconds, randomness: .init(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)))
  }

  /// Milliseconds since 1970.
  package var milliseconds: UInt64 { high >> 16 }

  package var randomness: Randomness { Randomness(high: UInt16(truncatingIfNeeded: high), low: low) }

  /// The 80 random bits, as a number that can be incremented.
  package struct Randomness: Sendable, Hashable {
    package let high: UInt16
    package let low: UInt64

    package init(high: UInt16, low: UInt64) {
      self.high = high
      self.low = low
    }

    /// The first ten bytes of a hash: the same for the same content.
    package init(hash: some Collection<UInt8>) {
      high = hash.prefix(2).reduce(0) { $0 << 8 | UInt16($1) }
      low = hash.dropFirst(2).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The next larger number, or nil after the largest.
    package var successor: Randomness? {
      let (low, carry) = low.addingReportingOverflow(1)
      guard carry else { return Randomness(high: high, low: low) }
      let (high, overflow) = high.addingReportingOverflow(1)
      return overflow ? nil : Randomness(high: high, low: low)
    }
  }
}

extension ULID: Comparable {
  package static func < (lhs: ULID, rhs: ULID) -> Bool { (lhs.high, lhs.low) < (rhs.high, rhs.low) }
}

extension ULID: LosslessStringConvertible {
  private static var symbols: StaticString { "0123456789ABCDEFGHJKMNPQRSTVWXYZ" }

  /// Each byte's value as a symbol; 255 if it isn't one. Lower case is accepted, I, L, O and U are not: they aren't in
  /// the specification's alphabet, and a reader that guesses would allow several spellings of one id.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    symbols.withUTF8Buffer { symbols in
      for (value, symbol) in symbols.enumerated() {
        values[Int(symbol)] = UInt8(value)
        if symbol > UInt8(ascii: "9") { values[Int(symbol | 0x20)] = UInt8(value) }
      }
    }
    return values
  }()

  /// - Returns: nil unless `text` is 26 symbols that fit 128 bits.
  package init?(_ text: String) {
    var text = text
    guard let id = text.withUTF8({ ULID(utf8: $0) }) else { return nil }
    self = id
  }

  private init?(utf8 text: UnsafeBufferPointer<UInt8>) {
    guard text.count == Self.length else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for position in text.indices {
      let value = Self.values[Int(text[position])]
      // 26 symbols hold 130 bits: the first one may only use three of its five.
      guard value < (position == 0 ? 8 : 32) else { return nil }
      high = high << 5 | low >> 59
      low = low << 5 | UInt64(value)
    }
    self.high = high
    self.low = low
  }

  /// The text form, in upper case.
  package var description: String {
    var text = ""
    withText { text = String(decoding: $0, as: UTF8.self) }
    return text
  }

  /// Writes the low bits to `places`, five to each.
  private static func write(_ bits: UInt64, to text: UnsafeMutableBufferPointer<UInt8>, _ places: Range<Int>) {
    var bits = bits
    symbols.withUTF8Buffer { symbols in
      for position in stride(from: places.upperBound - 1, through: places.lowerBound, by: -1) {
        text[position] = symbols[Int(bits & 31)]
        bits >>= 5
      }
    }
  }

  /// Provides the bytes of the text form without making a string: about twenty ids are written for each command.
  package func withText(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.length) { buffer in
      // The last 12 symbols are 60 bits, the 12 before them the next 60, and the first two the 8 that are left.
      Self.write(high >> 56, to: buffer, 0..<2)
      Self.write(high << 4 | low >> 60, to: buffer, 2..<14)
      Self.write(low, to: buffer, 14..<26)
      body(UnsafeBufferPointer(buffer))
    }
  }
}
