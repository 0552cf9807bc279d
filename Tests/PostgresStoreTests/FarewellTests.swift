import PostgresClient
import PostgresStore
import TestSupport
import Testing
import UnitOfWork
import WorkspaceDomain

/// What a process leaves when it ends in an orderly way.
@Suite(.serialized, .requiresPostgres, .migratedDatabase) struct FarewellTests {
  private static let processes = (1...3).map { ULID(milliseconds: 1, randomness: .init(high: 0, low: $0)) }
  private let fingerprint = [UInt8](repeating: 5, count: 32)

  @Test func `a process that has said goodbye has not died of what it had begun, those before it have`() async throws {
    try await TestDatabase.current.withStore { store, connection in
      let (first, second, third) = (Self.processes[0], Self.processes[1], Self.processes[2])
      _ = try await store.becomeActive(first, at: .sample)
      #expect(try await store.noteBegin(of: fingerprint, in: first, at: .sample).processes == 1)
      _ = try await store.becomeActive(second, at: .sample)
      #expect(try await store.noteBegin(of: fingerprint, in: second, at: .sample).processes == 2)
      try await PostgresFarewell(connection: connection, queue: "/tests").say(of: second)
      #expect(try await store.becomeActive(third, at: .sample) == false)
      #expect(try await store.noteBegin(of: fingerprint, in: third, at: .sample).processes == 2)
    }
  }

  @Test func `a goodbye says nothing of others, nor of another queue`() async throws {
    try await TestDatabase.current.withStore { store, connection in
      _ = try await store.becomeActive(Self.processes[0], at: .sample)
      try await PostgresFarewell(connection: connection, queue: "/tests").say(of: Self.processes[1])
      try await PostgresFarewell(connection: connection, queue: "/other").say(of: Self.processes[0])
      #expect(try await store.becomeActive(Self.processes[2], at: .sample))
    }
  }
}
