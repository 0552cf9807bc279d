import Messaging
import PostgresClient
import TestSupport

/// A summary of a worker's tables.
package struct Records: Sendable, Equatable {
  /// The number of workspaces and a digest of their rows.
  package let workspaces: Count
  /// The number of each tenant's last event, by tenant.
  package let sequences: [String: Int64]
  package let inbox: Count

  package struct Count: Sendable, Equatable {
    package let rows: Int64
    package let digest: String
  }
}

extension Deployment {
  package func records() async throws -> Records {
    try await database.withConnection { connection in
      let workspaces = try await count("workspaces", order: "id", on: connection)
      let inbox = try await count("inbox", order: "tenant_id, source, id", on: connection)
      var sequences: [String: Int64] = [:]
      for row in try await connection.query("sequences", "select id, event_sequence from tenants") {
        sequences[try row.text("id")] = try row.int8("event_sequence")
      }
      return Records(workspaces: workspaces, sequences: sequences, inbox: inbox)
    }
  }

  private func count(_ table: String, order: String, on connection: PostgresConnection) async throws -> Records.Count {
    let row = try await connection.query(
      table,
      """
      select count(*), md5(coalesce(string_agg(t::text, E'\\n' order by \(raw: order)), '')) as digest from \(raw: table) t
      """)[0]
    return Records.Count(rows: try row.int8("count"), digest: try row.text("digest"))
  }

  /// The number of outbox entries. Confirmed entries stay for a moment.
  package func outboxCount() async throws -> Int {
    try await database.withConnection { try await $0.query("outbox", "select count(*) from outbox")[0].count() }
  }

  package func outboxIsEmpty() async throws {
    try await Patience.poll(for: "the outbox is empty") { try await outboxCount() == 0 }
  }

  /// Terminates the active worker's database session, as an administrator would.
  package func endActiveSession() async throws {
    try await database.withConnection {
      try await $0.execute(
        script: """
          select pg_terminate_backend(pid) from pg_locks
          where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
          """)
    }
  }

  /// Waits until the command queue is empty. Once the workers have ended, this also shows that no delivery was left
  /// unacknowledged: it would be back in the queue.
  package func commandsAreDone() async throws {
    try await Patience.poll(for: "the queue of commands is empty") {
      try await host.depth(of: "workspace.commands") == 0
    }
  }
}
