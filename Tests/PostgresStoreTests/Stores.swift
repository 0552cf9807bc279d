import PostgresClient
import PostgresStore
import TestSupport
import UnitOfWork

/// Stores in the database of the suite, each on a connection of its own.
struct PostgresStores: UnitOfWorkStores {
  let database: TestDatabase

  func open(queue: String) async throws -> any UnitOfWorkStore {
    let connection = try await database.connect { $0 = $0.forUnitsOfWork() }
    return PostgresUnitOfWorkStore(connection: connection, queue: queue)
  }
}

extension TestDatabase {
  /// Provides a store, and the connection that it uses.
  func withStore(
    configure: (inout PostgresConfiguration) -> Void = { _ in },
    _ body: (PostgresUnitOfWorkStore, PostgresConnection) async throws -> Void
  ) async throws {
    try await withConnection(configure: { configuration in
      configure(&configuration)
      configuration = configuration.forUnitsOfWork()
    }) { connection in
      try await body(PostgresUnitOfWorkStore(connection: connection, queue: "/tests"), connection)
    }
  }

  /// Provides the retention of the inbox, and the connection that it uses.
  func withInbox<Answer>(
    _ body: (PostgresRetention, PostgresConnection) async throws -> Answer
  ) async throws -> Answer {
    try await withConnection(configure: { $0 = $0.forRetention() }) { connection in
      try await body(PostgresRetention(of: .inbox, on: connection), connection)
    }
  }
}
