/// What is waiting in the database, for monitoring.
package struct StoreStatistics: Sendable, Equatable {
  /// Entries of the outbox of the queue.
  package let outboxCount: Int
  /// The age of the oldest of them; zero if there is none.
  package let outboxAge: Duration
  /// Dead letters that have not been discarded, by reason code, including those of other versions.
  package let deadLetters: [String: Int]

  /// What is waiting to be replicated, of all queues.
  package let replication: ReplicationLag

  package init(
    outboxCount: Int, outboxAge: Duration, deadLetters: [String: Int], replication: ReplicationLag = ReplicationLag()
  ) {
    self.outboxCount = outboxCount
    self.outboxAge = outboxAge
    self.deadLetters = deadLetters
    self.replication = replication
  }
}

/// Commits whose changes of relationships are not replicated yet.
package struct ReplicationLag: Sendable, Equatable {
  /// More are not counted.
  package static let countLimit = 100_000

  package let count: Int
  /// Of the oldest; zero if there is none.
  package let age: Duration

  package init(count: Int = 0, age: Duration = .zero) {
    self.count = count
    self.age = age
  }
}

/// Port: counts what is waiting in the database. As expensive as reading it: used only now and then.
package protocol StatisticsStore: Sendable {
  func statistics() async throws(UnitOfWorkError) -> StoreStatistics
}
