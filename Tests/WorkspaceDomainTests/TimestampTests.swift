import FoundationEssentials
import TestFixtures
import Testing
import WorkspaceDomain

@Suite struct TimestampTests {
  private static let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (999, "1970-01-01T00:00:00.999Z"),
      (1000, "1970-01-01T00:00:01.000Z"), (86_399_999, "1970-01-01T23:59:59.999Z"),
      (86_400_000, "1970-01-02T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (951_868_800_000, "2000-03-01T00:00:00.000Z"), (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
      (1_795_420_800_000, "2026-11-23T08:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
      (253_402_300_800_000, "10000-01-01T00:00:00.000Z"),
    ] as [(Int64, String)])
  func `a time is written as RFC 3339 with milliseconds`(milliseconds: Int64, text: String) {
    #expect(Timestamp(milliseconds: milliseconds).description == text)
  }

  @Test func `every first and last day of a month agrees with Foundation, 1970 to 2110 and around each century`()
    throws
  {
    let day: Int64 = 86_400_000
    let centuries = stride(from: Int64(47_482), to: 2_932_000, by: 36_524).flatMap { ($0 - 62)...($0 + 62) }
    for number in Array(0...51_200) + centuries {
      let timestamp = Timestamp(milliseconds: number * day)
      let text = timestamp.description
      guard text.contains("-01T") || Timestamp(milliseconds: (number + 1) * day).description.contains("-01T") else {
        continue
      }
      let date = Date(timeIntervalSince1970: Double(number) * 86_400)
      #expect(text == date.formatted(Self.format))
    }
  }

  @Test func `any time is read back by Foundation as the same millisecond`() throws {
    var random = SeededRandom(seed: 4)
    for _ in 0..<5000 {
      let timestamp = Timestamp(milliseconds: .random(in: 0...253_402_300_799_999, using: &random))
      let date = try Date(timestamp.description, strategy: Self.format)
      #expect(Int64((date.timeIntervalSince1970 * 1000).rounded()) == timestamp.milliseconds, "\(timestamp)")
    }
  }

  @Test func `times sort like their texts up to the year 9999`() {
    var random = SeededRandom(seed: 5)
    let moments = (0..<500).map { _ in Timestamp(milliseconds: .random(in: 0...253_402_300_799_999, using: &random)) }
    #expect(moments.sorted().map(\.description) == moments.map(\.description).sorted())
  }

  @Test(arguments: [-1, .min] as [Int64])
  func `a time before 1970 counts as 1970`(milliseconds: Int64) {
    #expect(Timestamp(milliseconds: milliseconds) == Timestamp(milliseconds: 0))
  }
}
