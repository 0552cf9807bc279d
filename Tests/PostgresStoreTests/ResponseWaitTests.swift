import PostgresClient
import TestSupport
import Testing
import UnitOfWork
import WorkspaceDomain

@testable import PostgresStore

/// The watchdog is fed while the session waits for the database, whatever for. One case after another: each locks the
/// same tables.
@Suite(.requiresPostgres, .migratedDatabase, .serialized) struct ResponseWaitTests {
  private static let waits: [@Sendable (PostgresUnitOfWorkStore) async throws -> Void] = [
    { _ = try await $0.due(at: Timestamp(milliseconds: 0), limit: 1, bytes: 1) },
    { _ = try await $0.lines(dueWithin: .zero) },
    { _ = try await $0.unpublished(after: nil, limit: 1, bytes: 1) },
    { try await $0.remove([OutboxID(number: 1)]) },
    { _ = try await $0.newestLetter() },
    { _ = try await $0.replication(of: [.random()]) },
  ]

  @Test(arguments: waits.indices) func `a statement outside of a unit of work shows that it is waited for`(index: Int)
    async throws
  {
    let database = try TestDatabase.current
    try await database.withConnection { holder in
      try await database.withConnection(configure: { $0 = $0.forUnitsOfWork() }) { connection in
        let patience = ResponsePatience(PostgresConfiguration(url: ""))
        let store = PostgresUnitOfWorkStore(connection: connection, queue: "/tests", patience: patience)
        try await holder.execute(
          script: """
            begin;
            lock table parked_commands, outbox, dead_letters, relationship_changes, tenants in access exclusive mode
            """)
        async let answer: Void = Self.waits[index](store)
        try await Patience.poll(for: "the store waits") { patience.isWaiting }
        try await holder.execute(script: "rollback")
        try await answer
        #expect(!patience.isWaiting)
      }
    }
  }
}
