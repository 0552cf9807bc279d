/// What waits in the database, for those who watch.
package struct StoreStatistics: Sendable, Equatable {
  /// Entries of the outbox of the queue.
  package let outboxCount: Int
  /// The age of the oldest of them; zero where there is none.
  package let outboxAge: Duration
  /// Dead letters that nobody has discarded, by the code of the reason, also those of other versions.
  package let deadLetters: [String: Int]

  package init(outboxCount: Int, outboxAge: Duration, deadLetters: [String: Int]) {
    self.outboxCount = outboxCount
    self.outboxAge = outboxAge
    self.deadLetters = deadLetters
  }
}

/// Port: counts what waits in the database. Costs what reading it costs: asked now and then.
package protocol StatisticsStore: Sendable {
  func statistics() async throws(UnitOfWorkError) -> StoreStatistics
}
