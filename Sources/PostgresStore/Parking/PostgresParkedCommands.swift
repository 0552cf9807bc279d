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

  package func lines(
    after: TenantID? = nil, limit: Int
  ) async throws(PostgresError) -> [ParkedLineSummary] {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(after)
    parameters.append(Int64(max(0, limit)))
    let rows = try await rows(Self.selectingLines, parameters)
    return try rows.map { row throws(PostgresError) in
      ParkedLineSummary(first: try Self.summary(row), count: Int(try row.int8(ParkedCommandsTable.columnCount + 1)))
    }
  }

  private static let selectingLines = PostgresStatement(
    name: "parked_lines", parameters: [.text, .text, .int8],
    sql: """
      select \(ParkedCommandsTable.columnsWithoutMessage), octet_length(body), (
        select count(*) from parked_commands as line where line.queue = $1 and line.tenant_id = first.tenant_id)
      from parked_commands as first
      where queue = $1 and due_at is not null and ($2 is null or tenant_id > $2)
      order by tenant_id limit $3
      """)

  private static func summary(_ row: PostgresRow) throws(PostgresError) -> ParkedCommandSummary {
    ParkedCommandSummary(
      entry: try ParkedCommandsTable.entry(row), bytes: Int(try row.int4(ParkedCommandsTable.columnCount)))
  }

  package func line(
    of tenantID: TenantID, after: ParkedID? = nil, limit: Int
  ) async throws(PostgresError) -> [ParkedCommandSummary] {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(tenantID)
    parameters.append(after?.number ?? 0)
    parameters.append(Int64(max(0, limit)))
    return try await rows(Self.selectingLine, parameters).map(Self.summary)
  }

  private static let selectingLine = PostgresStatement(
    name: "parked_line", parameters: [.text, .text, .int8, .int8],
    sql: """
      select \(ParkedCommandsTable.columnsWithoutMessage), octet_length(body) from parked_commands
      where queue = $1 and tenant_id = $2 and id > $3
      order by id limit $4
      """)

  package func command(_ id: ParkedID) async throws(PostgresError) -> ParkedEntry? {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(id.number)
    return try await rows(Self.selectingOne, parameters).first.map(ParkedCommandsTable.entry)
  }

  private static let selectingOne = PostgresStatement(
    name: "parked_one", parameters: [.text, .int8],
    sql: "select \(ParkedCommandsTable.columns) from parked_commands where queue = $1 and id = $2")

  package func release(_ tenants: [TenantID]?) async throws(PostgresError) -> Int {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(tenants == nil)
    parameters.append(array: tenants ?? [])
    return try await count(Self.releasing, parameters)
  }

  /// Long ago: due by any worker's clock. Another time with each word of an operator: a worker that is trying the command
  /// just now sees by it that somebody has spoken since.
  private static let longAgo = "date_trunc('milliseconds', clock_timestamp()) - interval '30 years'"

  private static let releasing = PostgresStatement(
    name: "parked_release", parameters: [.text, .bool, .textArray],
    sql: """
      with changed as (
        update parked_commands set due_at = \(longAgo)
        where queue = $1 and due_at is not null and ($2 or tenant_id = any($3))
        returning 1
      )
      select count(*) from changed
      """)

  package func requestDeadLetters(_ ids: [ParkedID], because: String) async throws(PostgresError) -> Int {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(array: ids.map(\.number))
    parameters.append(because)
    return try await count(Self.requesting, parameters)
  }

  package func requestDeadLetters(lineOf tenantID: TenantID, because: String) async throws(PostgresError) -> Int {
    var parameters = PostgresParameters()
    parameters.append(queue)
    parameters.append(tenantID)
    parameters.append(because)
    return try await count(Self.requestingLine, parameters)
  }

  private static let requesting = PostgresStatement(
    name: "parked_dead_letter", parameters: [.text, .int8Array, .text], sql: request(where: "id = any($2)"))
  private static let requestingLine = PostgresStatement(
    name: "parked_dead_letter_line", parameters: [.text, .text, .text], sql: request(where: "tenant_id = $2"))

  private static func request(where condition: String) -> String {
    """
    with changed as (
      update parked_commands
      set dead_letter_request = $3, due_at = case when due_at is not null then \(longAgo) end
      where queue = $1 and \(condition)
      returning 1
    )
    select count(*) from changed
    """
  }

  private func rows(_ statement: PostgresStatement, _ parameters: PostgresParameters) async throws(PostgresError) -> PostgresRows {
    try await connection.pipeline([PostgresRequest(statement, parameters)])[0]
  }

  private func count(_ statement: PostgresStatement, _ parameters: PostgresParameters) async throws(PostgresError) -> Int {
    Int(try await rows(statement, parameters)[0].int8(0))
  }
}
