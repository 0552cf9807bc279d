import PostgresClient
import PostgresStore
import TestSupport
import Testing
import UnitOfWork
import WorkspaceDomain

extension WorkerLease {
  /// Of a process that doesn't exist.
  init(connection: PostgresConnection, queue: String) {
    self.init(
      connection: connection, queue: queue,
      process: .init(host: "test", id: 7, broker: .init(cluster: "rabbit@one", address: "one:5672"), since: .sample))
  }
}

@Suite(.requiresPostgres, .migratedDatabase) struct WorkerLeaseTests {
  @Test func `those who wait for a lease are told who holds it, and where`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { first in
      try await database.withConnection { second async throws in
        let held = WorkerLease(connection: first, queue: "/told")
        let waiting = WorkerLease(connection: second, queue: "/told")
        #expect(try await waiting.holder() == nil)
        #expect(try await held.tryAcquire())
        let unknown = try #require(try await waiting.holder())
        #expect(unknown.process == nil)
        #expect(unknown.session == (try await first.processID()))
        try await held.announce()
        let holder = try #require(try await waiting.holder())
        #expect(holder.process?.host == "test" && holder.process?.id == 7)
        #expect(holder.process?.broker.isSame(as: .init(cluster: "rabbit@one", address: "two:5672")) == true)
        #expect(holder.process?.broker.isSame(as: .init(cluster: "rabbit@two", address: "one:5672")) == false)
        #expect(holder.obstacle(freshness: .seconds(30)) == nil)
        #expect(holder.obstacle(freshness: .zero)?.contains("process 7 on test") == true)
      }
    }
  }

  @Test func `one worker per queue has the lease, until its session ends`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { first in
      try await database.withConnection { second async throws in
        let held = WorkerLease(connection: first, queue: "/commands")
        let waiting = WorkerLease(connection: second, queue: "/commands")
        let processID = try await first.processID()
        #expect(try await held.tryAcquire())
        #expect(try await !waiting.tryAcquire())
        await first.close()
        try await SessionObserver(connection: second).waitUntilGone(processID)
        #expect(try await waiting.tryAcquire())
      }
    }
  }

  @Test func `workers of different queues don't interfere`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { first in
      try await database.withConnection { second async throws in
        #expect(try await WorkerLease(connection: first, queue: "/a").tryAcquire())
        #expect(try await WorkerLease(connection: second, queue: "/b").tryAcquire())
      }
    }
  }

  @Test func `a lease can be released`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { first in
      try await database.withConnection { second async throws in
        let lease = WorkerLease(connection: first, queue: "/released")
        #expect(try await lease.tryAcquire())
        #expect(try await lease.release())
        #expect(try await WorkerLease(connection: second, queue: "/released").tryAcquire())
        #expect(try await !lease.release())
      }
    }
  }
}

@Suite struct AdvisoryLockKeyTests {
  /// Workers of different versions must use the same lock.
  @Test func `a key is the start of a SHA-256`() {
    #expect(AdvisoryLockKey("abc").number == Int64(bitPattern: 0xBA78_16BF_8F01_CFEA))
  }
}
