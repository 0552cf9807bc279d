package import Operations
package import PostgresClient
import UnitOfWork
package import WorkspaceDomain

extension PostgresReplays {
  package func plan(_ id: ULID) async throws(PostgresError) -> ReplayPlan? {
    var parameters = PostgresParameters()
    parameters.append(id)
    return try await rows(Self.selectingPlan, parameters).first.map(Self.plan)
  }

  private static let selectingPlan = PostgresStatement(
    name: "replay_plan", parameters: [.text],
    sql: "select id, operator, reason, created_at from replay_plans where id = $1")

  package func plans(limit: Int) async throws(PostgresError) -> [ReplayPlan] {
    var parameters = PostgresParameters()
    parameters.append(Int64(max(0, limit)))
    return try await rows(Self.selectingPlans, parameters).map(Self.plan)
  }

  private static let selectingPlans = PostgresStatement(
    name: "replay_plans", parameters: [.int8],
    sql: "select id, operator, reason, created_at from replay_plans order by id desc limit $1")

  package func progress(_ plan: ULID) async throws(PostgresError) -> ReplayProgress {
    var parameters = PostgresParameters()
    parameters.append(plan)
    var progress = ReplayProgress()
    for row in try await rows(Self.counting, parameters) {
      let count = Int(try row.int8(2))
      switch try row.text(0) {
      case "pending": progress.pending += count
      case "publishing": progress.unsure += count
      case "skipped":
        progress.skipped += count
        if let outcome = try row.optionalText(1) { progress.notSent[ReplayObstacle.code(of: outcome), default: 0] += count }
      default:
        progress.published += count
        if let outcome = try row.optionalText(1) { progress.outcomes[outcome, default: 0] += count }
      }
    }
    return progress
  }

  private static let counting = PostgresStatement(
    name: "replay_items_count", parameters: [.text],
    sql: "select state, outcome, count(*) from replay_items where plan_id = $1 group by 1, 2")

  package func history(of letter: ULID) async throws(PostgresError) -> [ReplayRecord] {
    var parameters = PostgresParameters()
    parameters.append(letter)
    return try await rows(Self.selectingHistory, parameters).map { row throws(PostgresError) in
      ReplayRecord(
        plan: try Self.plan(row), state: try row.text(4), publishedAt: try row.optionalMoment(5),
        outcome: try row.optionalText(6), outcomeAt: try row.optionalMoment(7), isEdited: try row.bool(8))
    }
  }

  private static let selectingHistory = PostgresStatement(
    name: "replay_history", parameters: [.text],
    sql: """
      select plan.id, plan.operator, plan.reason, plan.created_at,
        item.state, item.published_at, item.outcome, item.outcome_at, item.body is not null
      from replay_items as item join replay_plans as plan on plan.id = item.plan_id
      where item.letter_id = $1 order by plan.id
      """)

  private static func plan(_ row: PostgresRow) throws(PostgresError) -> ReplayPlan {
    ReplayPlan(id: try row.ulid(0), operatorName: try row.text(1), reason: try row.text(2), createdAt: try row.moment(3))
  }
}
