import PostgresClient
import PostgresStore
import TestSupport
import Testing
import UnitOfWork

@Suite(.requiresPostgres, .migratedDatabase) struct StatisticsTests {
  @Test func `dead letters that can't be counted hide nothing else that waits`() async throws {
    let database = try TestDatabase.current
    try await database.withConnection { operatorsConnection in
      try await database.withConnection(configure: { $0 = $0.forRetention() }) { connection in
        let statistics = PostgresStatistics(on: connection, queue: "/tests")
        #expect(try await statistics.statistics().deadLetters == [:])
        try await operatorsConnection.execute(script: "begin; lock table dead_letters in access exclusive mode")
        let uncounted = try await statistics.statistics()
        #expect(uncounted.deadLetters == nil && uncounted.outboxCount == 0)
        let earlier = StoreStatistics(outboxCount: 7, outboxAge: .zero, deadLetters: ["malformed_json": 3])
        #expect(uncounted.completed(by: earlier).deadLetters == ["malformed_json": 3])
        #expect(uncounted.completed(by: earlier).outboxCount == 0)
        try await operatorsConnection.execute(script: "rollback")
        #expect(try await statistics.statistics().deadLetters == [:])
      }
    }
  }
}
