package import Operations
package import PostgresClient
import UnitOfWork
package import WorkspaceDomain

/// Plans to send dead letters again, for the operator who makes and works them.
package struct PostgresReplays: ReplayStore {
  let connection: PostgresConnection

  package init(connection: PostgresConnection) { self.connection = connection }

  package func make(
    _ plan: ReplayPlan, of filter: DeadLetterFilter, again: Bool, body: [UInt8]? = nil
  ) async throws(PostgresError) -> Int {
    let conditions = DeadLetterConditions(filter)
    var parameters = conditions.parameters
    parameters.append(plan.id)
    parameters.append(again)
    parameters.append(body)
    let next = conditions.nextParameter
    let choosing = conditions.statement(
      "replay_plan_choose", """
      with chosen as (
        insert into replay_items (plan_id, letter_id, is_repetition, body)
        select $\(next), id, $\(next + 1), $\(next + 2) from dead_letters
        where discarded_at is null and /* where */
          and not exists (
            select from replay_items as other where other.letter_id = dead_letters.id and other.state in ('pending', 'publishing'))
        order by id
        on conflict do nothing
        returning 1
      )
      select count(*) from chosen
      """, parameters: [.text, .bool, .bytea])
    let answers = try await connection.pipeline([
      .begin, PostgresRequest(Self.lockingMaking, Self.makingKey.parameters), Self.insert(plan),
      PostgresRequest(choosing, parameters), Self.dropEmpty(plan.id), .commit,
    ])
    return Int(try answers[3][0].int8(0))
  }

  /// Two plans that are made at once would not see each other's letters.
  private static let makingKey = AdvisoryLockKey("workspace-worker/replay-plans")
  private static let lockingMaking = PostgresStatement(
    name: "replay_plan_lock", parameters: [.int8], sql: "select pg_advisory_xact_lock($1)")

  private static func insert(_ plan: ReplayPlan) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(plan.id)
    parameters.append(plan.operatorName)
    parameters.append(plan.reason)
    parameters.append(plan.createdAt)
    return PostgresRequest(inserting, parameters)
  }

  private static let inserting = PostgresStatement(
    name: "replay_plan_insert", parameters: [.text, .text, .text, .timestamptz],
    sql: "insert into replay_plans (id, operator, reason, created_at) values ($1, $2, $3, $4)")

  private static func dropEmpty(_ plan: ULID) -> PostgresRequest {
    var parameters = PostgresParameters()
    parameters.append(plan)
    return PostgresRequest(droppingEmpty, parameters)
  }

  private static let droppingEmpty = PostgresStatement(
    name: "replay_plan_drop_empty", parameters: [.text],
    sql: "delete from replay_plans where id = $1 and not exists (select from replay_items where plan_id = $1)")

  package func claim(_ plan: ULID) async throws(PostgresError) -> Bool {
    let key = AdvisoryLockKey("workspace-worker/replay/\(plan)")
    return try await connection.pipeline([PostgresRequest(Self.claiming, key.parameters)])[0][0].bool(0)
  }

  private static let claiming = PostgresStatement(
    name: "replay_plan_claim", parameters: [.int8], sql: "select pg_try_advisory_lock($1)")

  package func next(
    _ plan: ULID, limit: Int, bytes: Int = LetterBatch.bytes, at now: Timestamp
  ) async throws(PostgresError) -> [ReplayLetter] {
    var parameters = PostgresParameters()
    parameters.append(plan)
    parameters.append(Int64(max(0, limit)))
    parameters.append(Int64(max(1, bytes)))
    parameters.append(ReplayObstacle.discarded.outcome)
    parameters.append(now)
    return try await rows(Self.taking, parameters).map { row throws(PostgresError) in
      ReplayLetter(id: try row.ulid(0), message: try PostgresDeadLetters.message(row, from: 1))
    }
  }

  private static let taking = PostgresStatement(
    name: "replay_items_take", parameters: [.text, .int8, .int8, .text, .timestamptz],
    sql: """
      with pending as (
        select letter_id, body from replay_items
        where plan_id = $1 and state = 'pending'
        order by letter_id limit $2
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
          outcome = case when is_discarded then $4 end, outcome_at = case when is_discarded then $5 end
        from summed where item.plan_id = $1 and item.letter_id = summed.id and bytes_before < $3
        returning item.letter_id, item.body, item.state
      )
      select letter.id, letter.exchange, letter.routing_key, letter.properties, coalesce(taken.body, letter.body)
      from taken join dead_letters as letter on letter.id = taken.letter_id
      where taken.state = 'publishing'
      order by letter.id
      """)

  package func giveUp(
    _ plan: ULID, _ letters: [(id: ULID, obstacle: ReplayObstacle)], at now: Timestamp
  ) async throws(PostgresError) {
    guard !letters.isEmpty else { return }
    var parameters = PostgresParameters()
    parameters.append(plan)
    parameters.append(array: letters.map(\.id))
    parameters.append(array: letters.map(\.obstacle.outcome))
    parameters.append(now)
    _ = try await rows(Self.givingUp, parameters)
  }

  private static let givingUp = PostgresStatement(
    name: "replay_items_give_up", parameters: [.text, .textArray, .textArray, .timestamptz],
    sql: """
      update replay_items as item set state = 'skipped', outcome = given_up.outcome, outcome_at = $4
      from unnest($2, $3) as given_up (letter_id, outcome)
      where item.plan_id = $1 and item.letter_id = given_up.letter_id and item.state = 'publishing'
      """)

  package func putBack(_ plan: ULID, _ letters: [ULID]) async throws(PostgresError) {
    guard !letters.isEmpty else { return }
    var parameters = PostgresParameters()
    parameters.append(plan)
    parameters.append(array: letters)
    _ = try await rows(Self.puttingBack, parameters)
  }

  private static let puttingBack = PostgresStatement(
    name: "replay_items_put_back", parameters: [.text, .textArray],
    sql: """
      update replay_items set state = 'pending' where plan_id = $1 and letter_id = any($2) and state = 'publishing'
      """)

  package func confirm(_ plan: ULID, _ letters: [ULID], at now: Timestamp) async throws(PostgresError) {
    guard !letters.isEmpty else { return }
    var parameters = PostgresParameters()
    parameters.append(plan)
    parameters.append(array: letters)
    parameters.append(now)
    _ = try await rows(Self.confirming, parameters)
  }

  private static let confirming = PostgresStatement(
    name: "replay_items_confirm", parameters: [.text, .textArray, .timestamptz],
    sql: """
      update replay_items set state = 'published', published_at = $3
      where plan_id = $1 and letter_id = any($2) and state = 'publishing'
      """)

  package func settleUnsure(_ plan: ULID, sends: Bool) async throws(PostgresError) -> Int {
    var parameters = PostgresParameters()
    parameters.append(plan)
    parameters.append(sends ? "pending" : "skipped")
    return Int(try await rows(Self.settling, parameters)[0].int8(0))
  }

  private static let settling = PostgresStatement(
    name: "replay_items_settle", parameters: [.text, .text],
    sql: """
      with changed as (
        update replay_items set state = $2 where plan_id = $1 and state = 'publishing' returning 1
      )
      select count(*) from changed
      """)

  func rows(_ statement: PostgresStatement, _ parameters: PostgresParameters) async throws(PostgresError) -> PostgresRows {
    try await connection.pipeline([PostgresRequest(statement, parameters)])[0]
  }
}
