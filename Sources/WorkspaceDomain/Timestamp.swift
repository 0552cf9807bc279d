/// A moment in UTC with millisecond precision, as commands, results and rows carry it.
package struct Timestamp: Sendable, Hashable, Comparable {
  /// Milliseconds since 1970 up to the end of the year 9999, the last that RFC 3339 can express.
  package static let expressible: ClosedRange<Int64> = 0...253_402_300_799_999

  /// Milliseconds since 1970, never negative.
  package let milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = max(0, milliseconds) }

  /// A moment of the Gregorian calendar in UTC; one before 1970 becomes the beginning of 1970.
  package init(year: Int, month: Int, day: Int, millisecondOfDay: Int) {
    let days = Self.days(Int64(year), Int64(month), Int64(day))
    self.init(milliseconds: days * 86_400_000 + Int64(millisecondOfDay))
  }

  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.milliseconds < rhs.milliseconds }
}

extension Timestamp: CustomStringConvertible {
  /// RFC 3339 in UTC with milliseconds: `2026-11-23T08:00:00.000Z`.
  ///
  /// Six of these are written for every command; a general date formatter costs as much as everything else in a
  /// command.
  package var description: String {
    var text = ""
    withText { text = String(decoding: $0, as: UTF8.self) }
    return text
  }

  /// Provides the bytes of the text form.
  package func withText(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    let (days, time) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    let (year, month, day) = Self.civil(daysSince1970: days)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { buffer in
      var end = 0
      func append(_ value: Int64, width: Int, _ separator: Unicode.Scalar) {
        var rest = value
        for position in stride(from: end + width - 1, through: end, by: -1) {
          buffer[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
          rest /= 10
        }
        buffer[end + width] = UInt8(ascii: separator)
        end += width + 1
      }
      append(year, width: year < 10_000 ? 4 : String(year).utf8.count, "-")
      append(month, width: 2, "-")
      append(day, width: 2, "T")
      append(time / 3_600_000, width: 2, ":")
      append(time / 60_000 % 60, width: 2, ":")
      append(time / 1000 % 60, width: 2, ".")
      append(time % 1000, width: 3, "Z")
      body(UnsafeBufferPointer(rebasing: buffer[..<end]))
    }
  }

  /// Howard Hinnant's `days_from_civil`, for years from 0 on.
  fileprivate static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = year / 400
    let yearOfEra = year % 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// Howard Hinnant's `civil_from_days` (https://howardhinnant.github.io/date_algorithms.html), for days from 1970 on.
  private static func civil(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}
