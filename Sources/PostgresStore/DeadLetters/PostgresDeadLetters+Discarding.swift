package import Operations
package import PostgresClient
import UnitOfWork
package import WorkspaceDomain

extension PostgresDeadLetters {
  package func discard(
    _ filter: DeadLetterFilter, by operatorName: String, because reason: String, at now: Timestamp
  ) async throws(PostgresError) -> Int {
    let conditions = DeadLetterConditions(filter)
    var parameters = conditions.parameters
    parameters.append(now)
    parameters.append(operatorName)
    parameters.append(reason)
    let next = conditions.nextParameter
    return try await count(
      conditions.statement(
        "dead_letters_discard", """
        with changed as (
          update dead_letters
          set discarded_at = $\(next), discarded_by = $\(next + 1), discarded_because = $\(next + 2)
          where discarded_at is null and /* where */
          returning 1
        )
        select count(*) from changed
        """, parameters: [.timestamptz, .text, .text]), parameters)
  }

  package func restore(_ filter: DeadLetterFilter) async throws(PostgresError) -> Int {
    let conditions = DeadLetterConditions(filter)
    return try await count(
      conditions.statement(
        "dead_letters_restore", """
        with changed as (
          update dead_letters set discarded_at = null, discarded_by = null, discarded_because = null
          where discarded_at is not null and /* where */
          returning 1
        )
        select count(*) from changed
        """), conditions.parameters)
  }

  private func count(_ statement: PostgresStatement, _ parameters: PostgresParameters) async throws(PostgresError) -> Int {
    Int(try await rows(statement, parameters)[0].int8(0))
  }
}
