import PostgresClient
import PostgresStore
import TestFixtures
import TestSupport
import Testing
import UnitOfWork

/// One after another, since each needs the whole inbox.
@Suite(.serialized, .requiresPostgres, .migratedDatabase) struct InboxRetentionContractTests {
  @Test(arguments: InboxRetentionContract.all)
  func `PostgreSQL keeps the contract`(_ contract: InboxRetentionContract) async throws {
    let database = try TestDatabase.current
    try await database.withStore { store, connection in
      try await connection.execute(script: "delete from inbox")
      try await database.withInbox { inbox, _ in try await contract.run(on: store, inbox) }
    }
  }
}

@Suite struct InMemoryInboxRetentionContractTests {
  @Test(arguments: InboxRetentionContract.all)
  func `the store in memory keeps the contract`(_ contract: InboxRetentionContract) async throws {
    let store = InMemoryUnitOfWorkStore()
    try await contract.run(on: store, store)
  }
}
