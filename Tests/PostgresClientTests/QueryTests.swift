import PostgresClient
import TestSupport
import Testing

/// The text of queries with interpolated values.
@Suite struct QueryTextTests {
  @Test func `a value becomes a parameter, whatever it looks like`() {
    let name = "'; drop table workspaces; --"
    let query: PostgresQuery = "select id from workspaces where name = \(name) and version > \(Int64(1))"
    #expect(query.sql == "select id from workspaces where name = $1 and version > $2")
  }

  @Test func `raw text becomes text of the statement`() {
    let query: PostgresQuery = "select \(raw: "id, name") from workspaces"
    #expect(query.sql == "select id, name from workspaces")
  }

  @Test func `an array that occurs twice in a statement is sent once`() {
    let ids = SharedArray(["a", "b"])
    let query: PostgresQuery = "select unnest(\(ids)), \(true), any(\(ids))"
    #expect(query.sql == "select unnest($1), $2, any($1)")
  }

  @Test func `parts bring their values along, in the order of the text`() {
    let ids = SharedArray([Int64(7)])
    let part: PostgresQuery = "a = any(\(ids)) or b = any(\(ids)) or c = \("é $9")"
    let parts = PostgresQuery(joining: [part, "true", part], with: " and ")
    let query: PostgresQuery = "select \(false) where \(parts) limit \(Int64(3))"
    #expect(
      query.sql == """
        select $1 where a = any($2) or b = any($2) or c = $3 and true and a = any($4) or b = any($4) or c = $5 limit $6
        """)
  }
}

@Suite(.requiresPostgres, .emptyDatabase) struct QueryTests {
  @Test func `values are bound in place, also in nested parts`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let inner: PostgresQuery = "\("ü") || \(nil as String?)::text is null"
      let sum: PostgresQuery = "(select sum(n) from unnest(\([1, 2, 3] as [Int64])) as n)::int8"
      let row = try await connection.query(
        "select \("first") as first, \(sum) as sum, (\(inner)) as is_null, \([UInt8]()) as empty, \("last") as last")[0]
      #expect(try row.text("first") == "first" && row.text("last") == "last")
      #expect(try row.int8("sum") == 6)
      #expect(try row.bool("is_null"))
      #expect(try row.optionalBytea("empty") == [])
    }
  }
}
