import EndToEndSupport
import PostgresClient
import TestSupport

/// Checks, at the end, that the database has what was published, and each effect once.
struct SoakAudit: Sendable {
  private static let page: Int64 = 20_000

  let deployment: Deployment
  let stream: SoakStream
  let observer: SoakObserver

  /// - Parameter count: the number of commands that were sent.
  func check(_ count: Int) async throws {
    let renames = (0..<count).count(where: stream.isRename)
    try await deployment.database.withConnection { connection in
      try await compare(
        [
          ("workspaces", "select count(*) from workspaces", count - renames),
          ("workspaces renamed once", "select count(*) from workspaces where version = 2", renames),
          ("workspaces renamed more than once", "select count(*) from workspaces where version > 2", 0),
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
      let found = try await connection.query(what, "select (\(raw: query)) as count")[0].count()
      if found != count { observer.note { $0.note(.wrongCount(what, found: found, expected: count)) } }
    }
  }

  /// Compares the results in the inbox with those published, page by page: there may be millions.
  private func compareAnswers(on connection: PostgresConnection) async throws {
    var last = ""
    while true {
      let rows = try await connection.query(
        "answers",
        "select id, result from inbox where source = '/soak' and id > \(last) order by id limit \(Self.page)")
      guard !rows.isEmpty else { return }
      let answers = try rows.map { (id: try $0.text("id"), hash: SoakMessage.hash(try $0.bytea("result"))) }
      last = answers.last?.id ?? last
      observer.note { ledger in
        for answer in answers { ledger.answer(SoakStream.number(of: answer.id[...]) ?? -1, hash: answer.hash) }
      }
    }
  }
}
