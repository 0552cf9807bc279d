import TestSupport
import Testing
import UnitOfWork

@Suite(.requiresPostgres, .migratedDatabase) struct StoreContractTests {
  @Test(arguments: UnitOfWorkStoreContract.alone + UnitOfWorkStoreContract.together)
  func `PostgreSQL keeps the contract`(_ contract: UnitOfWorkStoreContract) async throws {
    try await contract.run(on: PostgresStores(database: TestDatabase.current))
  }
}

/// What is tested with the store in memory holds for PostgreSQL, because both keep one contract.
@Suite struct InMemoryStoreContractTests {
  @Test(arguments: UnitOfWorkStoreContract.alone)
  func `the store in memory keeps the contract`(_ contract: UnitOfWorkStoreContract) async throws {
    try await contract.run(on: InMemoryStores())
  }

  private struct InMemoryStores: UnitOfWorkStores {
    func open(queue: String) async throws -> any UnitOfWorkStore { InMemoryUnitOfWorkStore() }
  }
}
