import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// `replay_items`: letters of plans. What the worker writes there.
enum ReplayItemsTable {
  static func find(_ references: Set<ReplayReference>) -> SnapshotQuery? {
    guard !references.isEmpty else { return nil }
    let references = Array(references)
    var parameters = PostgresParameters()
    parameters.append(array: references.map(\.plan))
    parameters.append(array: references.map(\.letter))
    return SnapshotQuery(request: PostgresRequest(finding, parameters)) { rows, snapshot throws(PostgresError) in
      for row in rows {
        let key = InboxKey(tenantID: try row.identifier(2), source: try row.text(3), id: try row.text(4))
        snapshot.replays[ReplayReference(plan: try row.ulid(0), letter: try row.ulid(1))] = key
      }
    }
  }

  /// Letters that could not be read as far as that have no answer in the inbox either.
  private static let finding = PostgresStatement(
    name: "replay_items_find", parameters: [.textArray, .textArray],
    sql: """
      select item.plan_id, item.letter_id, letter.tenant_id, letter.command_source, letter.command_id
      from unnest($1, $2) as wanted (plan_id, letter_id)
      cross join lateral (
        select plan_id, letter_id from replay_items
        where replay_items.plan_id = wanted.plan_id and replay_items.letter_id = wanted.letter_id
          and outcome is null and state in ('publishing', 'published') offset 0
      ) as item
      cross join lateral (
        select tenant_id, command_source, command_id from dead_letters
        where dead_letters.id = item.letter_id
          and tenant_id is not null and command_source is not null and command_id is not null offset 0
      ) as letter
      """)

  static func note(_ outcomes: [ReplayOutcome]) -> PostgresRequest? {
    guard !outcomes.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: outcomes.map(\.reference.plan))
    parameters.append(array: outcomes.map(\.reference.letter))
    parameters.append(array: outcomes.map(\.text))
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
