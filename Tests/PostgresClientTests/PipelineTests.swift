import PostgresClient
import TestSupport
import Testing

@Suite(.requiresPostgres, .emptyDatabase) struct PipelineTests {
  @Test func `answers come in the order of requests, in one round trip`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let answers = try await connection.pipeline([
        request("create temp table numbers (n int8)"),
        request("insert into numbers select * from unnest(\([1, 2, 3] as [Int64]))"),
        request("select sum(n)::int8 as count from numbers"),
        request("delete from numbers where n > 1"),
      ])
      #expect(answers.map(\.affectedRows) == [0, 3, 1, 2])
      #expect(try answers[2][0].count() == 6)
      let statistics = await connection.statistics
      #expect((statistics.roundTrips, statistics.statements) == (1, 4))
    }
  }

  @Test func `a statement is prepared once, on its first use`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let one = request("select 1::int8")
      _ = try await connection.pipeline([one, one])
      _ = try await connection.pipeline([one])
      let rows = try await connection.query("select count(*) from pg_prepared_statements where name = 'select 1::int8'")
      #expect(try rows[0].count() == 1)
      #expect(await connection.statistics.roundTrips == 3)
    }
  }

  @Test func `the first of several errors is the one reported`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let error = await #expect(throws: PostgresError.self) {
        try await connection.pipeline([
          request("select 1::int8"), request("select 1 / 0"), request("select * from nowhere"),
          request("select 2::int8"),
        ])
      }
      #expect(error?.sqlState == .divisionByZero)
      let rows = try await connection.query("select 3::int8 as count")
      #expect(try rows[0].count() == 3)
    }
  }

  @Test func `a statement left unprepared because of an earlier error is prepared the next time`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let later = request("select 5::int8 as count")
      await #expect(throws: PostgresError.self) { try await connection.pipeline([request("select 1 / 0"), later]) }
      let answers = try await connection.pipeline([later])
      #expect(try answers[0][0].count() == 5)
      // The statement that failed on execution had been prepared.
      let error = await #expect(throws: PostgresError.self) { try await connection.pipeline([request("select 1 / 0")]) }
      #expect(error?.sqlState == .divisionByZero)
    }
  }

  @Test func `without BEGIN a pipeline takes effect as a whole or not at all`() async throws {
    try await TestDatabase.current.withConnection { connection in
      try await connection.execute(script: "create temp table things (n int)")
      await #expect(throws: PostgresError.self) {
        try await connection.pipeline([request("insert into things values (1)"), request("select 1 / 0")])
      }
      #expect(try await connection.query("select count(*) from things")[0].count() == 0)
      #expect(await connection.transactionStatus == .idle)
    }
  }

  @Test func `a failed transaction stays open until it is rolled back`() async throws {
    try await TestDatabase.current.withConnection { connection in
      await #expect(throws: PostgresError.self) {
        try await connection.pipeline([request("begin"), request("select 1 / 0"), request("commit")])
      }
      #expect(await connection.transactionStatus == .inFailedTransaction)
      let refused = await #expect(throws: PostgresError.self) { try await connection.query("select 1") }
      #expect(refused?.sqlState == .inFailedSQLTransaction)
      _ = try await connection.query("rollback")
      #expect(await connection.transactionStatus == .idle)
    }
  }

  @Test func `an error names the constraint, the table and the schema`() async throws {
    try await TestDatabase.current.withConnection { connection in
      try await connection.execute(script: "create table named (n int constraint positive check (n > 0))")
      let error = await #expect(throws: PostgresError.self) {
        try await connection.query("insert into named values (-1)")
      }
      let details = try #require(error?.serverError)
      #expect(details.sqlState == .checkViolation)
      #expect([details.constraint, details.table, details.schema] == ["positive", "named", "public"])
      #expect(details.severity == .error)
    }
  }

  @Test func `a pipeline that fills every buffer in both directions does not deadlock`() async throws {
    let megabyte = [UInt8](repeating: 7, count: 1 << 20)
    try await TestDatabase.current.withConnection { connection in
      let echo = request("select \(megabyte) as value")
      let answers = try await connection.pipeline([PostgresRequest](repeating: echo, count: 32))
      #expect(answers.count == 32)
      #expect(try answers[31][0].bytea("value") == megabyte)
    }
  }

  @Test func `two statements with the same name are refused`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let requests = [PostgresRequest("same", "select 1"), PostgresRequest("same", "select 2")]
      await #expect(throws: PostgresError.protocolViolation(reason: "two statements are named same")) {
        try await connection.pipeline(requests)
      }
    }
  }

  @Test func `a ping is a round trip without a statement`() async throws {
    try await TestDatabase.current.withConnection { connection in
      try await connection.ping()
      let statistics = await connection.statistics
      #expect((statistics.roundTrips, statistics.statements) == (1, 0))
    }
  }
}

@Suite(.requiresPostgres, .emptyDatabase) struct ScriptTests {
  @Test func `a script runs all of its statements`() async throws {
    try await TestDatabase.current.withConnection { connection in
      try await connection.execute(script: "create table s (n int8); insert into s values (1), (2); ; select * from s")
      #expect(try await connection.query("select count(*) from s")[0].count() == 2)
    }
  }

  @Test func `a failed script leaves nothing, and the connection usable`() async throws {
    try await TestDatabase.current.withConnection { connection in
      let error = await #expect(throws: PostgresError.self) {
        try await connection.execute(script: "create table half (n int); select 1 / 0; create table other (n int)")
      }
      #expect(error?.sqlState == .divisionByZero)
      let rows = try await connection.query("select to_regclass('half') is null as is_gone")
      #expect(try rows[0].bool("is_gone"))
    }
  }

  @Test func `a script that copies from the client is refused without waiting`() async throws {
    try await TestDatabase.current.withConnection { connection in
      await #expect(throws: PostgresError.protocolViolation(reason: "a script contains a COPY to or from the client")) {
        try await connection.execute(script: "create temp table c (n int); copy c from stdin")
      }
      #expect(await !connection.isOpen)
    }
  }
}
