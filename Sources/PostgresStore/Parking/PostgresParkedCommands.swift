package import Operations
package import PostgresClient
package import UnitOfWork
package import WorkspaceDomain

/// The lines of parked commands of a queue, for operators.
package struct PostgresParkedCommands: ParkedCommandLedger {
  private let connection: PostgresConnection
  private let queue: String

  /// - Parameter queue: `<virtual host>/<queue>`.
  package init(connection: PostgresConnection, queue: String) {
    self.connection = connection
    self.queue = queue
  }

  package func lines(after: TenantID? = nil, limit: Int) async throws(PostgresError) -> [ParkedLineSummary] {
    let rows = try await connection.query(
      "parked_lines",
      """
      select \(raw: ParkedCommandsTable.columnsWithoutMessage), octet_length(body) as bytes, (
        select count(*) from parked_commands as line where line.queue = \(queue) and line.tenant_id = first.tenant_id) as count
      from parked_commands as first
      where queue = \(queue) and due_at is not null and (\(after) is null or tenant_id > \(after))
      order by tenant_id limit \(Int64(max(0, limit)))
      """)
    return try rows.map { row throws(PostgresError) in
      ParkedLineSummary(first: try Self.summary(row), count: try row.count())
    }
  }

  private static func summary(_ row: PostgresRow) throws(PostgresError) -> ParkedCommandSummary {
    ParkedCommandSummary(entry: try ParkedCommandsTable.entry(row), bytes: Int(try row.int4("bytes")))
  }

  package func line(
    of tenantID: TenantID, after: ParkedID? = nil, limit: Int
  ) async throws(PostgresError) -> [ParkedCommandSummary] {
    try await connection.query(
      "parked_line",
      """
      select \(raw: ParkedCommandsTable.columnsWithoutMessage), octet_length(body) as bytes from parked_commands
      where queue = \(queue) and tenant_id = \(tenantID) and id > \(after?.number ?? 0)
      order by id limit \(Int64(max(0, limit)))
      """
    ).map(Self.summary)
  }

  package func command(_ id: ParkedID) async throws(PostgresError) -> ParkedEntry? {
    try await connection.query(
      "parked_one",
      "select \(raw: ParkedCommandsTable.columns) from parked_commands where queue = \(queue) and id = \(id.number)"
    ).first.map(ParkedCommandsTable.entry)
  }

  /// A time long ago, so due by any worker's clock. It differs with each request of an operator, so that a worker that
  /// is trying the command at that moment notices the request.
  private static let longAgo = "date_trunc('milliseconds', clock_timestamp()) - interval '30 years'"

  package func release(_ tenants: [TenantID]?) async throws(PostgresError) -> Int {
    try await connection.query(
      "parked_release",
      """
      with changed as (
        update parked_commands set due_at = \(raw: Self.longAgo)
        where queue = \(queue) and due_at is not null and (\(tenants == nil) or tenant_id = any(\(tenants ?? [])))
        returning 1
      )
      select count(*) from changed
      """)[0].count()
  }

  package func requestDeadLetters(_ ids: [ParkedID], because: String) async throws(PostgresError) -> Int {
    try await requestDeadLetters("parked_dead_letter", "id = any(\(ids.map(\.number)))", because)
  }

  package func requestDeadLetters(lineOf tenantID: TenantID, because: String) async throws(PostgresError) -> Int {
    try await requestDeadLetters("parked_dead_letter_line", "tenant_id = \(tenantID)", because)
  }

  private func requestDeadLetters(
    _ name: String, _ condition: PostgresQuery, _ because: String
  ) async throws(PostgresError) -> Int {
    try await connection.query(
      name,
      """
      with changed as (
        update parked_commands
        set dead_letter_request = \(because), due_at = case when due_at is not null then \(raw: Self.longAgo) end
        where queue = \(queue) and \(condition)
        returning 1
      )
      select count(*) from changed
      """)[0].count()
  }
}
