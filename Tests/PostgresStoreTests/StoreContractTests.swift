import PostgresClient
import PostgresStore
import TestFixtures
import TestSupport
import Testing
import UnitOfWork
import WorkspaceDomain

@Suite(.requiresPostgres, .migratedDatabase) struct StoreContractTests {
  @Test(arguments: UnitOfWorkStoreContract.alone + UnitOfWorkStoreContract.together)
  func `PostgreSQL keeps the contract`(_ contract: UnitOfWorkStoreContract) async throws {
    try await contract.run(on: PostgresStores(database: TestDatabase.current))
  }
}

/// The contract does not depend on the database's defaults, as set by operators, hosting providers or other programs.
@Suite(.requiresPostgres, .migratedDatabase, .serialized) struct HostileDefaultsTests {
  private static let defaults = [
    "default_transaction_isolation = 'serializable'", "default_transaction_deferrable = on", "synchronous_commit = off",
    "client_encoding = 'latin1'", "statement_timeout = '15s'", "lock_timeout = '1s'", "row_security = off",
    "datestyle = 'German, DMY'", "timezone = 'Pacific/Apia'", "bytea_output = 'escape'",
    "standard_conforming_strings = off",
    "extra_float_digits = -15", "intervalstyle = 'sql_standard'", "array_nulls = off", "transform_null_equals = on",
    "client_min_messages = error", "plan_cache_mode = 'force_custom_plan'", "enable_indexscan = off",
    "enable_nestloop = off", "enable_seqscan = off", "constraint_exclusion = on", "idle_session_timeout = '10s'",
    "default_statistics_target = 1", "search_path = \"$user\", public, pg_catalog", "jit = on",
  ]

  @Test(arguments: UnitOfWorkStoreContract.alone + UnitOfWorkStoreContract.together)
  func `PostgreSQL keeps the contract whatever the defaults of the database are`(_ contract: UnitOfWorkStoreContract)
    async throws
  {
    let database = try TestDatabase.current
    let script = Self.defaults.map { "alter database \(database.name) set \($0)" }.joined(separator: ";")
    try await database.withConnection { try await $0.execute(script: script) }
    try await contract.run(on: PostgresStores(database: database))
  }

  @Test func `plans are renewed whatever the default isolation is`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection {
      try await $0.execute(
        script: "alter database \(database.name) set default_transaction_isolation = 'repeatable read'")
    }
    try await database.withStore { store, _ in
      let tenant = TenantID.random()
      var writeSet = WriteSet()
      writeSet.newTenants = [tenant: 0]
      // Enough to make the plans due.
      writeSet.inbox = (0..<300).map { .sample(id: "\($0)", tenant: tenant) }
      _ = try await store.begin(ReadSet())
      _ = try await store.commit(writeSet)
      _ = try await store.begin(ReadSet())
      try await store.rollback()
    }
  }
}

/// What is tested with the in-memory store holds for PostgreSQL, because both fulfil one contract.
@Suite struct InMemoryStoreContractTests {
  @Test(arguments: UnitOfWorkStoreContract.alone)
  func `the store in memory keeps the contract`(_ contract: UnitOfWorkStoreContract) async throws {
    try await contract.run(on: InMemoryStores())
  }

  private struct InMemoryStores: UnitOfWorkStores {
    func open(queue: String) async throws -> any UnitOfWorkStore { InMemoryUnitOfWorkStore() }
  }
}
