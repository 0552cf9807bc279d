import PostgresClient
import TestSupport
import Testing

@Suite(.requiresPostgres, .emptyDatabase) struct TypeTests {
  @Test(arguments: ["", "Workspace", "Grüße, 世界 🚀", "line\nbreak\ttab", String(repeating: "x", count: 70_000)])
  func `text comes back unchanged`(text: String) async throws {
    try await expectSame(text, { try $0.text("value") })
  }

  @Test(arguments: [0, 1, 256, 1 << 20]) func `bytes come back unchanged`(count: Int) async throws {
    try await expectSame((0..<count).map { UInt8(truncatingIfNeeded: $0) }, { try $0.bytea("value") })
  }

  @Test(arguments: [0, 1, -1, .max, .min] as [Int64])
  func `numbers come back unchanged`(number: Int64) async throws {
    try await expectSame(number, { try $0.int8("value") })
    try await expectSame(Int32(truncatingIfNeeded: number), { try $0.int4("value") })
    try await expectSame(number == 0, { try $0.bool("value") })
  }

  @Test(arguments: [0, 1, -1, 946_684_800_000, 946_684_799_999, 1_763_900_000_123, -62_135_596_800_000] as [Int64])
  func `times come back to the millisecond`(milliseconds: Int64) async throws {
    try await expectSame(PostgresTimestamp(milliseconds: milliseconds), { try $0.timestamp("value") })
  }

  @Test func `a time is the one that the server means`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let rows = try await connection.query("select timestamptz '2026-11-23 08:00:00.123999+00' as moment")
      #expect(try rows[0].timestamp("moment").milliseconds == 1_795_420_800_123)
    }
  }

  @Test func `a time before 2000 is rounded down like any other`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let rows = try await connection.query("select timestamptz '1999-12-31 23:59:59.9995+00' as moment")
      #expect(try rows[0].timestamp("moment").milliseconds == 946_684_799_999)
    }
  }

  @Test func `times beyond the calendar become infinity, which is not a time`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let moment = PostgresTimestamp(milliseconds: .max)
      let rows = try await connection.query("select \(moment) as moment, \(moment)::text as name")
      #expect(try rows[0].text("name") == "infinity")
      #expect(throws: PostgresError.decoding(reason: "column moment is infinite")) { try rows[0].timestamp("moment") }
    }
  }

  @Test func `nil is sent as NULL and comes back as nil`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let row = try await connection.query(
        """
        select \(nil as String?) as a, \(nil as [UInt8]?) as b, \(nil as Int64?) as c, \(nil as PostgresTimestamp?) as d
        """)[0]
      #expect(try row.optionalText("a") == nil)
      #expect(try row.optionalBytea("b") == nil)
      #expect(try row.optionalInt8("c") == nil)
      #expect(try row.optionalTimestamp("d") == nil)
    }
  }

  @Test func `a column of another type than requested is an error, not a crash`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let row = try await connection.query("select 1::int8 as number, null::text as nothing")[0]
      #expect(throws: PostgresError.protocolViolation(reason: "column number is of type 20, not text")) {
        try row.text("number")
      }
      #expect(throws: PostgresError.decoding(reason: "column nothing is NULL")) { try row.text("nothing") }
      #expect(throws: PostgresError.protocolViolation(reason: "there is no column none")) { try row.text("none") }
      #expect(throws: PostgresError.self) { try row.int4("number") }
    }
  }

  private func expectSame<Value: PostgresEncodable & Equatable>(
    _ value: Value, _ read: (PostgresRow) throws -> Value
  ) async throws {
    try await TestDatabase.current.withConnection { connection in
      let rows = try await connection.query("select \(value) as value")
      #expect(try rows.map(read) == [value])
    }
  }
}
