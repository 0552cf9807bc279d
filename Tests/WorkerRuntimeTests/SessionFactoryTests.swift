import Messaging
import Testing
import UnitOfWork
import WorkerRuntime

@Suite struct SessionFactoryTests {
  /// Servers that can't be reached where an error is set.
  private struct Servers: SessionFactory {
    let fixture = WorkerFixture()
    var broker: UnitOfWorkError?
    var database: UnitOfWorkError?

    func openBroker() async throws -> any BrokerSession {
      if let broker { throw MissingConditions(.broker, "\(broker)") }
      return try await fixture.openBroker()
    }

    func openDatabase() async throws -> any DatabaseSession {
      if let database { throw database }
      return try await fixture.openDatabase()
    }

    func haveReturned(_ servers: Set<Condition>) async -> Bool { false }
  }

  @Test func `everything missing at either server is reported`() async throws {
    let servers = Servers(broker: .unavailable(reason: "no broker"), database: .unavailable(reason: "no database"))
    let error = await #expect(throws: MissingConditions.self) { _ = try await servers.open() }
    #expect(Set(error?.reasons.keys.map(\.self) ?? []) == [.broker, .database])
  }

  @Test func `an opened session is closed if the other can't be opened`() async throws {
    let servers = Servers(database: .unavailable(reason: "no database"))
    let error = await #expect(throws: MissingConditions.self) { _ = try await servers.open() }
    #expect(error?.reasons.keys.map(\.self) == [.database])
    #expect(servers.fixture.journal.entries == [.connected(session: 1), .closed(session: 1)])
  }
}
