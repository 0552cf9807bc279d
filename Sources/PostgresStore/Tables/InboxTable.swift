import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// `inbox`: commands that were processed, with their answers.
enum InboxTable {
  static func find(_ questions: Set<InboxQuestion>) -> SnapshotQuery? {
    guard !questions.isEmpty else { return nil }
    let questions = Array(questions)
    var parameters = PostgresParameters()
    parameters.append(array: questions.map(\.key.tenantID))
    parameters.append(array: questions.map(\.key.source))
    parameters.append(array: questions.map(\.key.id))
    parameters.append(array: questions.map(\.fingerprint?.withUser))
    parameters.append(array: questions.map(\.fingerprint?.withoutUser))
    return SnapshotQuery(request: PostgresRequest(finding, parameters)) { rows, snapshot throws(PostgresError) in
      for row in rows {
        let entry = try entry(row)
        // Of two questions about one key, one may get the result.
        if snapshot.inbox[entry.key]?.result.isEmpty ?? true { snapshot.inbox[entry.key] = entry }
      }
    }
  }

  /// A result may have a megabyte: it is read where it is going to be sent again, and nowhere else.
  private static let finding = PostgresStatement(
    name: "inbox_find", parameters: [.textArray, .textArray, .textArray, .byteaArray, .byteaArray],
    sql: """
      select i.tenant_id, i.source, i.id, i.rule::int4, i.command_fingerprint, i.result_id, i.result_type, i.result, i.recorded_at
      from unnest($1, $2, $3, $4, $5) as wanted (tenant_id, source, id, with_user, without_user)
      cross join lateral (
        select tenant_id, source, id, rule, command_fingerprint, result_id, result_type, recorded_at,
          case
            when command_fingerprint = case rule when 1 then wanted.without_user else wanted.with_user end then result
          end as result
        from inbox
        where inbox.tenant_id = wanted.tenant_id and inbox.source = wanted.source and inbox.id = wanted.id offset 0
      ) as i
      """)

  private static func entry(_ row: PostgresRow) throws(PostgresError) -> InboxEntry {
    guard let rule = CommandFingerprint.Rule(rawValue: try row.int4(3)) else {
      throw .decoding(reason: "a fingerprint by a rule that this program does not know")
    }
    return InboxEntry(
      key: InboxKey(tenantID: try row.identifier(0), source: try row.text(1), id: try row.text(2)),
      fingerprint: RecordedFingerprint(rule: rule, digest: try row.bytea(4)), resultID: try row.ulid(5),
      resultType: try row.text(6), result: try row.optionalBytea(7) ?? [], recordedAt: try row.moment(8))
  }

  static func insert(_ entries: [InboxEntry]) -> PostgresRequest? {
    entries.isEmpty ? nil : PostgresRequest(inserting, parameters(entries))
  }

  /// Puts `entries` in the place of failures.
  static func replace(_ entries: [InboxEntry]) -> PostgresRequest? {
    entries.isEmpty ? nil : PostgresRequest(replacing, parameters(entries))
  }

  private static func parameters(_ entries: [InboxEntry]) -> PostgresParameters {
    var parameters = PostgresParameters(capacity: entries.reduce(512) { $0 + $1.result.count + 384 })
    parameters.append(array: entries.map(\.key.tenantID))
    parameters.append(array: entries.map(\.key.source))
    parameters.append(array: entries.map(\.key.id))
    parameters.append(array: entries.map(\.fingerprint.rule.rawValue))
    parameters.append(array: entries.map(\.fingerprint.digest))
    parameters.append(array: entries.map(\.resultID))
    parameters.append(array: entries.map(\.resultType))
    parameters.append(array: entries.map(\.result))
    parameters.append(array: entries.map(\.recordedAt))
    return parameters
  }

  private static let types: [PostgresType] = [
    .textArray, .textArray, .textArray, .int4Array, .byteaArray, .textArray, .textArray, .byteaArray, .timestamptzArray,
  ]

  private static let inserting = PostgresStatement(
    name: "inbox_insert", parameters: types,
    sql: """
      insert into inbox (tenant_id, source, id, rule, command_fingerprint, result_id, result_type, result, recorded_at)
      select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
      """)

  private static let replacing = PostgresStatement(
    name: "inbox_replace", parameters: types,
    sql: """
      with changed as (
        update inbox
        set rule = e.rule, command_fingerprint = e.fingerprint, result_id = e.result_id, result_type = e.result_type,
          result = e.result, recorded_at = e.recorded_at
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) as e (
          tenant_id, source, id, rule, fingerprint, result_id, result_type, result, recorded_at)
        where inbox.tenant_id = any($1) and inbox.source = any($2) and inbox.id = any($3)
          and inbox.tenant_id = e.tenant_id and inbox.source = e.source and inbox.id = e.id
          and inbox.result_type like '%.failed'
        returning 1
      )
      select expect_rows((select count(*) from changed), cardinality($1))
      """)
}
