import PostgresClient
import Testing
import TestSupport

@Suite(.requiresPostgres, .emptyDatabase) struct ArrayTests {
  @Test func `arrays of every type arrive in order`() async throws {
    try await expectSame(["a", "", "c,\"{}"]) { try $0.optionalText(0) }
    try await expectSame([[1, 2], [], [255]] as [[UInt8]]) { try $0.optionalBytea(0) }
    try await expectSame([1, .min, .max] as [Int64]) { try $0.optionalInt8(0) }
    try await expectSame([1, .min, .max] as [Int32]) { try $0.optionalInt4(0) }
    try await expectSame([true, false]) { try $0.optionalBool(0) }
    try await expectSame([PostgresTimestamp(milliseconds: 1), PostgresTimestamp(milliseconds: -1)]) {
      try $0.optionalTimestamp(0)
    }
  }

  @Test func `an empty array is empty, not NULL`() async throws {
    try await expectSame([] as [String]) { try $0.optionalText(0) }
    try await TestDatabase.current.withConnection { connection in
      let rows = try await connection.query("select cardinality($1)::int8", [.textArray]) { $0.append(array: [] as [String]) }
      #expect(try rows[0].int8(0) == 0)
    }
  }

  @Test func `nil in an array is NULL`() async throws {
    let elements: [String?] = [nil, "a", nil, ""]
    try await TestDatabase.current.withConnection { connection in
      let rows = try await connection.query("select unnest($1)", [.textArray]) { $0.append(array: elements) }
      #expect(try rows.map { try $0.optionalText(0) } == elements)
    }
  }

  @Test func `a thousand elements make a thousand rows`() async throws {
    try await expectSame((0..<1000).map { "element \($0)" }) { try $0.optionalText(0) }
  }

  private func expectSame<Value: PostgresEncodable & Equatable>(
    _ values: [Value], _ read: (PostgresRow) throws -> Value?
  ) async throws {
    try await TestDatabase.current.withConnection { connection in
      let rows = try await connection.query("select unnest($1)", [Value.postgresArrayType]) { $0.append(array: values) }
      #expect(try rows.map(read) == values)
      #expect(rows.affectedRows == values.count)
    }
  }
}
