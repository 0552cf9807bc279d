import PostgresClient
import TestSupport

extension Deployment {
  /// How many dead letters were recorded no later than the last answer: by the worker's clock, however long the answer
  /// takes to get to the test.
  package func letterCountAtLastAnswer() async throws -> Int {
    try await database.withConnection {
      try await $0.query(
        "letters_at_last_answer",
        "select count(*) from dead_letters where recorded_at <= (select max(recorded_at) from inbox)")[0].count()
    }
  }
}
