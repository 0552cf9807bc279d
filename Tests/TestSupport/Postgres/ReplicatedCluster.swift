import Coordination
import PostgresClient

/// A primary and a standby that follows it, both of which belong to one test.
package struct ReplicatedCluster: Sendable {
  package let primary: PrivateCluster
  package let standby: PrivateCluster

  /// Runs `body` with a new primary and a new standby.
  package static func with(_ body: (ReplicatedCluster) async throws -> Void) async throws {
    try await PrivateCluster.with { primary in
      try await PrivateCluster.with(standbyOf: primary) { standby in
        try await body(ReplicatedCluster(primary: primary, standby: standby))
      }
    }
  }

  /// A URL with both hosts, for clients that choose the host themselves.
  package var url: String { "postgres://postgres@\(primary.address),\(standby.address)/postgres?sslmode=disable" }

  /// The database on whichever host accepts writes.
  package var database: TestDatabase {
    TestDatabase(name: "postgres", url: url + "&target_session_attrs=read-write")
  }

  /// Makes replication synchronous, so that commits wait for the standby. Returns when this is in effect.
  package func becomesSynchronous() async throws {
    try await primary.set("synchronous_standby_names", "*")
    try await standbyFollows("sync_state = 'sync'")
  }

  /// Waits until a standby in `pg_stat_replication` meets the condition; by default, until it streams.
  package func standbyFollows(_ condition: String = "state = 'streaming'") async throws {
    try await counts("pg_stat_replication where \(condition)", for: "the standby follows")
  }

  /// Waits until a commit waits for the standby.
  package func commitWaits() async throws {
    try await counts("pg_stat_activity where wait_event = 'SyncRep'", for: "a commit waits for the standby")
  }

  private func counts(_ rows: String, for event: String) async throws {
    let connection = try await primary.connect { $0.commitsDurably = false }
    try await connection.use { connection in
      try await Patience.poll(for: event) {
        try await connection.query("count", "select count(*) from \(raw: rows)")[0].count() > 0
      }
    }
  }
}
