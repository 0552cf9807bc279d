import PostgresClient
import Testing
import TestSupport

@Suite(.requiresPostgres, .emptyDatabase) struct TypeTests {
  @Test(arguments: ["", "Workspace", "Grüße, 世界 🚀", "line\nbreak\ttab", String(repeating: "x", count: 70_000)])
  func `text comes back as it went`(text: String) async throws {
    try await expectSame(text, { try $0.text(0) })
  }

  @Test(arguments: [0, 1, 256, 1 << 20]) func `bytes come back as they went`(count: Int) async throws {
    try await expectSame((0..<count).map { UInt8(truncatingIfNeeded: $0) }, { try $0.bytea(0) })
  }

  @Test(arguments: [0, 1, -1, .max, .min] as [Int64])
  func `numbers come back as they went`(number: Int64) async throws {
    try await expectSame(number, { try $0.int8(0) })
    try await expectSame(Int32(truncatingIfNeeded: number), { try $0.int4(0) })
    try await expectSame(number == 0, { try $0.bool(0) })
  }

  @Test(arguments: [0, 1, -1, 946_684_800_000, 946_684_799_999, 1_763_900_000_123, -62_135_596_800_000] as [Int64])
  func `moments come back to the millisecond`(milliseconds: Int64) async throws {
    try await expectSame(PostgresTimestamp(milliseconds: milliseconds), { try $0.timestamp(0) })
  }

  @Test func `a moment is the one that the server means`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let rows = try await connection.query("select timestamptz '2026-11-23 08:00:00.123999+00'")
      #expect(try rows[0].timestamp(0).milliseconds == 1_795_420_800_123)
    }
  }

  @Test func `a moment before 2000 is rounded down like any other`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let rows = try await connection.query("select timestamptz '1999-12-31 23:59:59.9995+00'")
      #expect(try rows[0].timestamp(0).milliseconds == 946_684_799_999)
    }
  }

  @Test func `what no calendar holds becomes infinity, which is no moment`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let rows = try await connection.query("select $1 as moment, $1::text", [.timestamptz]) {
        $0.append(PostgresTimestamp(milliseconds: .max))
      }
      #expect(try rows[0].text(1) == "infinity")
      #expect(throws: PostgresError.decoding(reason: "column 0 (moment) is infinite")) { try rows[0].timestamp(0) }
    }
  }

  @Test func `nil goes as NULL and comes back as nil`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let row = try await connection.query("select $1, $2, $3, $4", [.text, .bytea, .int8, .timestamptz]) {
        $0.append(nil as String?)
        $0.append(nil as [UInt8]?)
        $0.append(nil as Int64?)
        $0.append(nil as PostgresTimestamp?)
      }[0]
      #expect(try row.optionalText(0) == nil)
      #expect(try row.optionalBytea(1) == nil)
      #expect(try row.optionalInt8(2) == nil)
      #expect(try row.optionalTimestamp(3) == nil)
    }
  }

  @Test func `a column that is not what was asked for is an error, not a crash`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let row = try await connection.query("select 1::int8 as number, null::text as nothing")[0]
      #expect(throws: PostgresError.protocolViolation(reason: "column 0 (number) is of type 20, not text")) { try row.text(0) }
      #expect(throws: PostgresError.decoding(reason: "column 1 (nothing) is NULL")) { try row.text(1) }
      #expect(throws: PostgresError.protocolViolation(reason: "column 2 does not exist")) { try row.text(2) }
      #expect(throws: PostgresError.self) { try row.int4(0) }
    }
  }

  private func expectSame<Value: PostgresEncodable & Equatable>(
    _ value: Value, _ read: (PostgresRow) throws -> Value
  ) async throws {
    try await TestDatabase.current.withConnection { connection in
      let rows = try await connection.query("select $1", [Value.postgresType]) { $0.append(value) }
      #expect(try rows.map(read) == [value])
    }
  }
}
