/// What is waiting in the database, for monitoring.
package struct StoreStatistics: Sendable, Equatable {
  /// The number of entries in the queue's outbox.
  package let outboxCount: Int
  /// The age of the oldest entry in the outbox; zero if there is none.
  package let outboxAge: Duration
  /// The number of dead letters of all queues that have not been discarded, by reason code, including codes of other
  /// versions; nil if they could not be counted in time: too many, or locked.
  package private(set) var deadLetters: [String: Int]?

  /// What is waiting to be replicated, for all queues.
  package let replication: ReplicationLag

  package init(
    outboxCount: Int, outboxAge: Duration, deadLetters: [String: Int]?, replication: ReplicationLag = ReplicationLag()
  ) {
    self.outboxCount = outboxCount
    self.outboxAge = outboxAge
    self.deadLetters = deadLetters
    self.replication = replication
  }
}

extension StoreStatistics {
  /// These statistics, with the earlier number of dead letters if they could not be counted.
  package func completed(by earlier: StoreStatistics?) -> StoreStatistics {
    var statistics = self
    statistics.deadLetters = deadLetters ?? earlier?.deadLetters
    return statistics
  }
}

/// Entries of the relationship outbox that have not been replicated yet.
package struct ReplicationLag: Sendable, Equatable {
  /// The largest ``count``: further entries are not counted.
  package static let countLimit = 100_000

  package let count: Int
  /// The age of the oldest entry; zero if there is none.
  package let age: Duration

  package init(count: Int = 0, age: Duration = .zero) {
    self.count = count
    self.age = age
  }
}

/// Port: counts what is waiting in the database. Counting costs as much as reading everything that is counted, and is
/// done only now and then.
package protocol StatisticsStore: Sendable {
  func statistics() async throws(UnitOfWorkError) -> StoreStatistics
}
