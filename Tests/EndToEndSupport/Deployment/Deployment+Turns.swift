import PostgresClient
import TestSupport
import Testing

extension Deployment {
  /// How many dead letters were recorded no later than the last answer: by the worker's clock, however long the answer
  /// takes to get to the test.
  package func letterCountAtLastAnswer() async throws -> Int {
    try await database.withConnection { connection async throws in
      let row = try await connection.query(
        "letters_at_last_answer",
        """
        select max(recorded_at) is not null as is_answered,
          (select count(*) from dead_letters where dead_letters.recorded_at <= max(inbox.recorded_at)) as count
        from inbox
        """)[0]
      try #require(try row.bool("is_answered"))
      return try row.count()
    }
  }
}
