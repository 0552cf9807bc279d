import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `replay_items`: letters of plans. What the worker writes there.
enum ReplayItemsTable {
  static func note(_ outcomes: [ReplayOutcome]) -> PostgresRequest? {
    guard !outcomes.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: outcomes.map(\.reference.plan))
    parameters.append(array: outcomes.map(\.reference.letter))
    parameters.append(array: outcomes.map(\.outcome))
    parameters.append(array: outcomes.map(\.at))
    return PostgresRequest(noting, parameters)
  }

  /// The first outcome counts: a delivery that comes again is answered as a repetition. A message whose confirm got lost
  /// has been published all the same.
  private static let noting = PostgresStatement(
    name: "replay_items_note", parameters: [.textArray, .textArray, .textArray, .timestamptzArray],
    sql: """
      update replay_items as item
      set outcome = noted.outcome, outcome_at = noted.outcome_at, state = 'published',
        published_at = coalesce(published_at, noted.outcome_at)
      from unnest($1, $2, $3, $4) as noted (plan_id, letter_id, outcome, outcome_at)
      where item.plan_id = any($1) and item.letter_id = any($2)
        and item.plan_id = noted.plan_id and item.letter_id = noted.letter_id
        and item.outcome is null and item.state in ('publishing', 'published')
      """)
}
