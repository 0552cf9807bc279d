package import Operations
package import PostgresClient
import UnitOfWork
package import WorkspaceDomain

/// Plans to send dead letters again, for the operator who makes and runs them.
package struct PostgresReplays: ReplayStore {
  private let connection: PostgresConnection

  package init(connection: PostgresConnection) { self.connection = connection }

  // MARK: Making a plan

  package func make(
    _ plan: ReplayPlan, of filter: DeadLetterFilter, again: Bool, body: [UInt8]? = nil
  ) async throws(PostgresError) -> Int {
    let answers = try await connection.pipeline([
      .begin, Self.lockMaking, Self.insert(plan), Self.choose(plan, of: filter, again: again, body: body),
      Self.dropEmpty(plan.id), .commit,
    ])
    return try answers[3][0].count()
  }

  /// Makes one plan at a time: two made at once would not see each other's letters.
  private static let lockMaking = PostgresRequest(
    "replay_plan_lock", "select pg_advisory_xact_lock(\(AdvisoryLockKey("workspace-worker/replay-plans")))")

  private static func insert(_ plan: ReplayPlan) -> PostgresRequest {
    PostgresRequest(
      "replay_plan_insert",
      """
      insert into replay_plans (id, operator, reason, created_at)
      values (\(plan.id), \(plan.operatorName), \(plan.reason), \(plan.createdAt))
      """)
  }

  private static func choose(
    _ plan: ReplayPlan, of filter: DeadLetterFilter, again: Bool, body: [UInt8]?
  ) -> PostgresRequest {
    let conditions = DeadLetterConditions(filter)
    return PostgresRequest(
      "replay_plan_choose_\(conditions.shape)",
      """
      with chosen as (
        insert into replay_items (plan_id, letter_id, is_repetition, body)
        select \(plan.id), id, \(again), \(body) from dead_letters
        where discarded_at is null and \(conditions.query)
          and not exists (
            select from replay_items as other where other.letter_id = dead_letters.id and other.state in ('pending', 'publishing'))
        order by id
        on conflict do nothing
        returning 1
      )
      select count(*) from chosen
      """)
  }

  private static func dropEmpty(_ plan: ULID) -> PostgresRequest {
    PostgresRequest(
      "replay_plan_drop_empty",
      "delete from replay_plans where id = \(plan) and not exists (select from replay_items where plan_id = \(plan))")
  }

  // MARK: Running a plan

  package func claim(_ plan: ULID) async throws(PostgresError) -> Bool {
    let key = AdvisoryLockKey("workspace-worker/replay/\(plan)")
    return try await connection.query("replay_plan_claim", "select pg_try_advisory_lock(\(key)) as is_mine")[0].bool(
      "is_mine")
  }

  package func next(
    _ plan: ULID, limit: Int, bytes: Int = LetterBatch.bytes, at now: Timestamp
  ) async throws(PostgresError) -> [ReplayLetter] {
    try await connection.query(
      "replay_items_take",
      """
      with pending as (
        select letter_id, body from replay_items
        where plan_id = \(plan) and state = 'pending'
        order by letter_id limit \(Int64(max(0, limit)))
        for update
      ), measured as (
        select letter.id, letter.discarded_at is not null as is_discarded,
          octet_length(coalesce(pending.body, letter.body)) + octet_length(letter.properties) as bytes
        from pending join dead_letters as letter on letter.id = pending.letter_id
      ), summed as (
        select id, is_discarded, sum(bytes) over (order by id) - bytes as bytes_before from measured
      ), taken as (
        update replay_items as item
        set state = case when is_discarded then 'skipped' else 'publishing' end,
          outcome = case when is_discarded then \(ReplayObstacle.discarded.outcome) end,
          outcome_at = case when is_discarded then \(now) end
        from summed
        where item.plan_id = \(plan) and item.letter_id = summed.id and bytes_before < \(Int64(max(1, bytes)))
        returning item.letter_id, item.body, item.state
      )
      select letter.id, letter.exchange, letter.routing_key, letter.properties, coalesce(taken.body, letter.body) as body
      from taken join dead_letters as letter on letter.id = taken.letter_id
      where taken.state = 'publishing'
      order by letter.id
      """
    ).map { row throws(PostgresError) in ReplayLetter(id: try row.ulid("id"), message: try row.message()) }
  }

  package func giveUp(
    _ plan: ULID, _ letters: [(id: ULID, obstacle: ReplayObstacle)], at now: Timestamp
  ) async throws(PostgresError) {
    guard !letters.isEmpty else { return }
    _ = try await connection.query(
      "replay_items_give_up",
      """
      update replay_items as item set state = 'skipped', outcome = given_up.outcome, outcome_at = \(now)
      from unnest(\(letters.map(\.id)), \(letters.map(\.obstacle.outcome))) as given_up (letter_id, outcome)
      where item.plan_id = \(plan) and item.letter_id = given_up.letter_id and item.state = 'publishing'
      """)
  }

  package func putBack(_ plan: ULID, _ letters: [ULID]) async throws(PostgresError) {
    guard !letters.isEmpty else { return }
    _ = try await connection.query(
      "replay_items_put_back",
      """
      update replay_items set state = 'pending'
      where plan_id = \(plan) and letter_id = any(\(letters)) and state = 'publishing'
      """)
  }

  package func confirm(_ plan: ULID, _ letters: [ULID], at now: Timestamp) async throws(PostgresError) {
    guard !letters.isEmpty else { return }
    _ = try await connection.query(
      "replay_items_confirm",
      """
      update replay_items set state = 'published', published_at = \(now)
      where plan_id = \(plan) and letter_id = any(\(letters)) and state = 'publishing'
      """)
  }

  package func settleUnsure(_ plan: ULID, sends: Bool) async throws(PostgresError) -> Int {
    try await connection.query(
      "replay_items_settle",
      """
      with changed as (
        update replay_items set state = \(sends ? "pending" : "skipped")
        where plan_id = \(plan) and state = 'publishing' returning 1
      )
      select count(*) from changed
      """)[0].count()
  }

  // MARK: Reading plans

  package func plan(_ id: ULID) async throws(PostgresError) -> ReplayPlan? {
    try await connection.query(
      "replay_plan", "select id, operator, reason, created_at from replay_plans where id = \(id)"
    ).first.map(Self.plan)
  }

  package func plans(limit: Int) async throws(PostgresError) -> [ReplayPlan] {
    try await connection.query(
      "replay_plans",
      "select id, operator, reason, created_at from replay_plans order by id desc limit \(Int64(max(0, limit)))"
    ).map(Self.plan)
  }

  package func progress(_ plan: ULID) async throws(PostgresError) -> ReplayProgress {
    let rows = try await connection.query(
      "replay_items_count",
      "select state, outcome, count(*) from replay_items where plan_id = \(plan) group by 1, 2")
    var progress = ReplayProgress()
    for row in rows {
      let count = try row.count()
      let outcome = try row.optionalText("outcome")
      switch try row.text("state") {
      case "pending": progress.pending += count
      case "publishing": progress.unsure += count
      case "skipped":
        progress.skipped += count
        if let outcome { progress.notSent[ReplayObstacle.code(of: outcome), default: 0] += count }
      default:
        progress.published += count
        if let outcome { progress.outcomes[outcome, default: 0] += count }
      }
    }
    return progress
  }

  package func history(of letter: ULID) async throws(PostgresError) -> [ReplayRecord] {
    try await connection.query(
      "replay_history",
      """
      select plan.id, plan.operator, plan.reason, plan.created_at,
        item.state, item.published_at, item.outcome, item.outcome_at, item.body is not null as is_edited
      from replay_items as item join replay_plans as plan on plan.id = item.plan_id
      where item.letter_id = \(letter) order by plan.id
      """
    ).map { row throws(PostgresError) in
      ReplayRecord(
        plan: try Self.plan(row), state: try row.text("state"), publishedAt: try row.optionalMoment("published_at"),
        outcome: try row.optionalText("outcome"), outcomeAt: try row.optionalMoment("outcome_at"),
        isEdited: try row.bool("is_edited"))
    }
  }

  private static func plan(_ row: PostgresRow) throws(PostgresError) -> ReplayPlan {
    ReplayPlan(
      id: try row.ulid("id"), operatorName: try row.text("operator"), reason: try row.text("reason"),
      createdAt: try row.moment("created_at"))
  }
}
