/// A `timestamptz` in milliseconds. PostgreSQL counts microseconds since 2000-01-01 UTC.
package struct PostgresTimestamp: Sendable, Hashable {
  /// Milliseconds since 1970-01-01 UTC.
  package let milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// 2000-01-01 UTC in milliseconds since 1970.
  private static let epoch: Int64 = 946_684_800_000
  /// The smallest and the largest number stand for `-infinity` and `infinity`.
  private static let infinities: Set<Int64> = [.min, .max]

  /// - Returns: nil for `infinity` and `-infinity`, which are not points in time.
  init?(microsecondsSince2000 microseconds: Int64) {
    guard !Self.infinities.contains(microseconds) else { return nil }
    let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1000)
    milliseconds = (remainder < 0 ? quotient - 1 : quotient) + Self.epoch
  }

  /// Moments outside what PostgreSQL can store become `infinity` or `-infinity`.
  var microsecondsSince2000: Int64 {
    let (shifted, isBefore) = milliseconds.subtractingReportingOverflow(Self.epoch)
    guard !isBefore else { return .min }
    let (microseconds, isOutside) = shifted.multipliedReportingOverflow(by: 1000)
    return isOutside ? (shifted < 0 ? .min : .max) : microseconds
  }
}

extension PostgresTimestamp: PostgresEncodable {
  package static var postgresType: PostgresType { .timestamptz }
  package static var postgresArrayType: PostgresType { .timestamptzArray }

  package func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: microsecondsSince2000) }
}
