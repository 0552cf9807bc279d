import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// `replay_items`: the letters of replay plans, as the worker reads and updates them.
enum ReplayItemsTable {
  /// Letters from which no command's key could be read have no answer in the inbox either. A corrected letter has
  /// another key; the table has only its body.
  static func find(_ references: Set<ReplayReference>) -> SnapshotQuery? {
    guard !references.isEmpty else { return nil }
    let references = Array(references)
    let request = PostgresRequest(
      "replay_items_find",
      """
      select item.plan_id, item.letter_id, sha256(item.body) as correction,
        letter.tenant_id, letter.command_source, letter.command_id
      from unnest(\(references.map(\.plan)), \(references.map(\.letter))) as wanted (plan_id, letter_id)
      cross join lateral (
        select plan_id, letter_id, body from replay_items
        where replay_items.plan_id = wanted.plan_id and replay_items.letter_id = wanted.letter_id
          and outcome is null and state in ('publishing', 'published') offset 0
      ) as item
      cross join lateral (
        select tenant_id, command_source, command_id from dead_letters
        where dead_letters.id = item.letter_id
          and (item.body is not null or tenant_id is not null and command_source is not null and command_id is not null)
        offset 0
      ) as letter
      """)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      for row in rows {
        let reference = ReplayReference(plan: try row.ulid("plan_id"), letter: try row.ulid("letter_id"))
        snapshot.replays[reference] =
          if let correction = try row.optionalBytea("correction") {
            .correction(correction)
          } else {
            .original(
              InboxKey(
                tenantID: try row.identifier("tenant_id"), source: try row.text("command_source"),
                id: try row.text("command_id")))
          }
      }
    }
  }

  /// The first outcome counts: a redelivery is answered as a repetition. But a letter that holds several commands has
  /// failed if one of them has, in whichever transaction. A message whose confirm got lost has been published
  /// nevertheless.
  ///
  /// - Parameter outcomes: one for each reference.
  static func note(_ outcomes: [ReplayOutcome]) -> PostgresRequest? {
    guard !outcomes.isEmpty else { return nil }
    let plans = SharedArray(outcomes.map(\.reference.plan))
    let letters = SharedArray(outcomes.map(\.reference.letter))
    return PostgresRequest(
      "replay_items_note",
      """
      update replay_items as item
      set outcome = noted.outcome, outcome_at = noted.outcome_at, state = 'published',
        published_at = coalesce(published_at, noted.outcome_at)
      from unnest(\(plans), \(letters), \(outcomes.map(\.text)), \(outcomes.map(\.at)), \(outcomes.map(\.outranks)))
        as noted (plan_id, letter_id, outcome, outcome_at, outranks)
      where item.plan_id = any(\(plans)) and item.letter_id = any(\(letters))
        and item.plan_id = noted.plan_id and item.letter_id = noted.letter_id
        and (item.outcome is null or noted.outranks and item.outcome not like 'dead_lettered:%')
        and item.state in ('publishing', 'published')
      """)
  }
}
