package import PostgresClient
package import UnitOfWork
package import WorkspaceDomain

/// Plans to send dead letters again, for the operator who makes and works them.
package struct PostgresReplays: Sendable {
  let connection: PostgresConnection

  package init(connection: PostgresConnection) { self.connection = connection }

  /// Makes a plan of the letters that `filter` means and that are not discarded. A letter that another plan has is left
  /// out; with `again`, only one that another plan is going to send.
  ///
  /// - Parameter body: instead of the letter's own, where it has been corrected.
  /// - Returns: how many letters it has; with none there is no plan.
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
        order by id
        on conflict do nothing
        returning 1
      )
      select count(*) from chosen
      """, parameters: [.text, .bool, .bytea])
    let answers = try await connection.pipeline([
      .begin, Self.insert(plan), PostgresRequest(choosing, parameters), Self.dropEmpty(plan.id), .commit,
    ])
    return Int(try answers[2][0].int8(0))
  }

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

  /// Takes the right to work a plan, which lasts as long as the connection.
  ///
  /// - Returns: false when somebody else has it.
  package func claim(_ plan: ULID) async throws(PostgresError) -> Bool {
    let key = AdvisoryLockKey("workspace-worker/replay/\(plan)")
    return try await connection.pipeline([PostgresRequest(Self.claiming, key.parameters)])[0][0].bool(0)
  }

  private static let claiming = PostgresStatement(
    name: "replay_plan_claim", parameters: [.int8], sql: "select pg_try_advisory_lock($1)")

  /// The next letters of a plan, in the order of recording. From here on they count as perhaps sent.
  package func next(_ plan: ULID, limit: Int) async throws(PostgresError) -> [ReplayLetter] {
    var parameters = PostgresParameters()
    parameters.append(plan)
    parameters.append(Int64(max(0, limit)))
    return try await rows(Self.taking, parameters).map { row throws(PostgresError) in
      ReplayLetter(id: try row.ulid(0), message: try PostgresDeadLetters.message(row, from: 1))
    }
  }

  private static let taking = PostgresStatement(
    name: "replay_items_take", parameters: [.text, .int8],
    sql: """
      with next as (
        select letter_id from replay_items
        where plan_id = $1 and state = 'pending'
        order by letter_id limit $2
        for update
      ), taken as (
        update replay_items as item set state = 'publishing'
        from next where item.plan_id = $1 and item.letter_id = next.letter_id
        returning item.letter_id, item.body
      )
      select letter.id, letter.exchange, letter.routing_key, letter.properties, coalesce(taken.body, letter.body)
      from taken join dead_letters as letter on letter.id = taken.letter_id
      order by letter.id
      """)

  /// The broker has these letters.
  package func confirm(_ plan: ULID, _ letters: [ULID], at now: Timestamp) async throws(PostgresError) {
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

  /// Decides about the letters that may have been sent, or not.
  ///
  /// - Parameter sends: whether they are sent (again), or given up.
  /// - Returns: how many there were.
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
