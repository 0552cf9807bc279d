import PostgresClient
import TestSupport
import Testing

@Suite(.requiresPostgres, .emptyDatabase) struct ArrayTests {
  @Test func `arrays of every type arrive in order`() async throws {
    try await expectSame(["a", "", "c,\"{}"]) { try $0.optionalText("value") }
    try await expectSame([[1, 2], [], [255]] as [[UInt8]]) { try $0.optionalBytea("value") }
    try await expectSame([1, .min, .max] as [Int64]) { try $0.optionalInt8("value") }
    try await expectSame([1, .min, .max] as [Int32]) { try $0.optionalInt4("value") }
    try await expectSame([true, false]) { try $0.optionalBool("value") }
    try await expectSame([PostgresTimestamp(milliseconds: 1), PostgresTimestamp(milliseconds: -1)]) {
      try $0.optionalTimestamp("value")
    }
  }

  @Test func `an empty array is empty, not NULL`() async throws {
    try await expectSame([] as [String]) { try $0.optionalText("value") }
    try await TestDatabase.current.withConnection { connection in
      let rows = try await connection.query("select cardinality(\([] as [String]))::int8 as count")
      #expect(try rows[0].count() == 0)
    }
  }

  @Test func `nil in an array is NULL`() async throws {
    let elements: [String?] = [nil, "a", nil, ""]
    try await TestDatabase.current.withConnection { connection in
      let rows = try await connection.query("select unnest(\(elements)) as value")
      #expect(try rows.map { try $0.optionalText("value") } == elements)
    }
  }

  @Test func `a thousand elements make a thousand rows`() async throws {
    try await expectSame((0..<1000).map { "element \($0)" }) { try $0.optionalText("value") }
  }

  private func expectSame<Value: PostgresEncodable & Equatable>(
    _ values: [Value], _ read: (PostgresRow) throws -> Value?
  ) async throws {
    try await TestDatabase.current.withConnection { connection in
      let rows = try await connection.query("select unnest(\(values)) as value")
      #expect(try rows.map(read) == values)
      #expect(rows.affectedRows == values.count)
    }
  }
}
