import Migrations
import PostgresClient

/// Finds out what taking migrations back would destroy: takes them back in one transaction, checks what is gone, and
/// rolls back. So what a migration destroys need not be declared with it, and can't be forgotten there.
///
/// Locks: those of the migrations, until the rollback.
struct DataLossRehearsal: Sendable {
  let connection: PostgresConnection
  let timeout: Duration

  /// Workers' notes about themselves, whose loss does not count.
  private static let bookkeeping: Set<String> = ["active_workers", "begun_messages", "fatal_messages", "lease_holders"]

  /// - Parameter migrations: in the order in which they are taken back.
  /// - Returns: the losses of at least one row.
  func losses(of migrations: [Migration]) async throws(MigrationError) -> [DataLoss] {
    guard !migrations.isEmpty else { return [] }
    let (before, after) = try await rehearse(migrations)
    var losses: [DataLoss] = []
    for table in before {
      if Self.bookkeeping.contains(table.name) { continue }
      guard let rest = after.first(where: { $0.id == table.id }) else {
        losses.append(DataLoss(what: table.name, rows: try await count("count(*)", in: table.name)))
        continue
      }
      if rest.deleted > table.deleted {
        losses.append(DataLoss(what: table.name, rows: rest.deleted - table.deleted))
        continue
      }
      for column in table.columns where !rest.columns.contains(column) {
        losses.append(
          DataLoss(
            what: "\(table.name).\(column.name)", rows: try await count("count(\(column.name.quoted))", in: table.name))
        )
      }
    }
    return losses.filter { $0.rows > 0 }
  }

  private struct Table: Sendable {
    let id: Int64
    let name: String
    var columns: [Column]
    /// Rows that this session has deleted so far, as the server counts them.
    let deleted: Int
  }

  private struct Column: Sendable, Equatable {
    let number: Int32
    let name: String
  }

  private func rehearse(_ migrations: [Migration]) async throws(MigrationError) -> (before: [Table], after: [Table]) {
    do {
      try await asking { () async throws(PostgresError) in _ = try await connection.pipeline([.begin]) }
      let before = try await tables()
      for migration in migrations { try await run(migration) }
      let after = try await tables()
      try await asking { () async throws(PostgresError) in
        _ = try await connection.pipeline([.rollback], timeout: timeout)
      }
      return (before, after)
    } catch {
      // Without a connection the server rolls back on its own.
      _ = try? await connection.pipeline([.rollback])
      throw error
    }
  }

  private func run(_ migration: Migration) async throws(MigrationError) {
    do throws(PostgresError) {
      try await connection.execute(script: migration.down, timeout: timeout)
    } catch {
      if case .server(let error) = error { throw MigrationError(takingBack: migration.fileName, error) }
      throw .postgres(error)
    }
    guard await connection.transactionStatus == .inTransaction else {
      throw .endsTransaction(migration: migration.fileName)
    }
  }

  private func tables() async throws(MigrationError) -> [Table] {
    try await asking { () async throws(PostgresError) in
      var tables: [Table] = []
      for row in try await connection.pipeline([Self.selectingTables], timeout: timeout)[0] {
        let id = try row.int8("id")
        if tables.last?.id != id {
          tables.append(Table(id: id, name: try row.text("name"), columns: [], deleted: try row.count("deleted")))
        }
        guard let number = try row.optionalInt4("column_number") else { continue }
        tables[tables.count - 1].columns.append(Column(number: number, name: try row.text("column_name")))
      }
      return tables
    }
  }

  /// Leaves out generated columns: they hold nothing that can't be computed again.
  private static let selectingTables = PostgresRequest(
    "data_loss_tables",
    """
    select class.oid::bigint as id, class.relname::text as name, pg_stat_get_xact_tuples_deleted(class.oid) as deleted,
      attribute.attnum::int as column_number, attribute.attname::text as column_name
    from pg_class as class
    left join pg_attribute as attribute
      on attribute.attrelid = class.oid and attribute.attnum > 0 and not attribute.attisdropped
        and attribute.attgenerated = ''
    where class.relnamespace = current_schema()::regnamespace and class.relkind in ('r', 'p')
    order by class.oid, attribute.attnum
    """)

  private func count(_ expression: String, in table: String) async throws(MigrationError) -> Int {
    try await asking { () async throws(PostgresError) in
      try await connection.query(
        "data_loss_\(expression)_\(table)", "select \(raw: expression) as count from \(raw: table.quoted)",
        timeout: timeout
      )[0].count()
    }
  }

  private func asking<Answer>(
    _ body: () async throws(PostgresError) -> Answer
  ) async throws(MigrationError) -> Answer {
    do throws(PostgresError) { return try await body() } catch { throw .postgres(error) }
  }
}

extension String {
  /// As an identifier in SQL (PostgreSQL manual, "Identifiers and Key Words").
  fileprivate var quoted: String { "\"\(replacing("\"", with: "\"\""))\"" }
}
