import EndToEndSupport
import PostgresClient
import TestSupport

/// Looks, when all is done, whether the database has what was published, and each effect once.
struct SoakAudit: Sendable {
  private static let page: Int64 = 20_000

  let deployment: Deployment
  let stream: SoakStream
  let observer: SoakObserver

  /// - Parameter count: of the commands that were sent.
  func check(_ count: Int) async throws {
    let renames = (0..<count).count(where: stream.isRename)
    try await deployment.database.withConnection { connection in
      try await compare(
        [
          ("workspaces", "select count(*) from workspaces", count - renames),
          ("workspaces that were renamed once", "select count(*) from workspaces where version = 2", renames),
          ("workspaces that were renamed more often", "select count(*) from workspaces where version > 2", 0),
          ("commands in the inbox", "select count(*) from inbox", count),
          ("events", "select coalesce(sum(event_sequence), 0)::bigint from tenants", count),
          ("messages in the outbox", "select count(*) from outbox", 0),
        ], on: connection)
      try await compareAnswers(on: connection)
    }
  }

  private func compare(
    _ expectations: [(what: String, query: String, count: Int)], on connection: PostgresConnection
  ) async throws {
    for (what, query, count) in expectations {
      let found = try await connection.pipeline([PostgresRequest(PostgresStatement(name: what, sql: query))])[0][0].int8(0)
      if found != Int64(count) { observer.note { $0.note(.wrongCount(what, found: Int(found), expected: count)) } }
    }
  }

  /// Page by page: there may be millions.
  private func compareAnswers(on connection: PostgresConnection) async throws {
    let statement = PostgresStatement(
      name: "answers", parameters: [.text, .int8],
      sql: "select id, result from inbox where source = '/soak' and id > $1 order by id limit $2")
    var last = ""
    while true {
      var parameters = PostgresParameters()
      parameters.append(last)
      parameters.append(Self.page)
      let rows = try await connection.pipeline([PostgresRequest(statement, parameters)])[0]
      guard !rows.isEmpty else { return }
      let answers = try rows.map { (id: try $0.text(0), hash: SoakMessage.hash(try $0.bytea(1))) }
      last = answers.last?.id ?? last
      observer.note { ledger in
        for answer in answers { ledger.answer(SoakStream.number(of: answer.id[...]) ?? -1, hash: answer.hash) }
      }
    }
  }
}
