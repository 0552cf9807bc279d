import TestSupport
import Testing

@Suite(.requiresPostgres, .migratedDatabase) struct StoreContractTests {
  @Test(arguments: UnitOfWorkStoreContract.all)
  func `PostgreSQL keeps the contract`(_ contract: UnitOfWorkStoreContract) async throws {
    try await contract.run(on: PostgresStores(database: TestDatabase.current))
  }
}
