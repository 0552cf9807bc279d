import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// `inbox`: commands that were processed, with their answers.
enum InboxTable {
  static func find(_ keys: Set<InboxKey>) -> SnapshotQuery? {
    guard !keys.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: keys.map(\.source))
    parameters.append(array: keys.map(\.id))
    return SnapshotQuery(request: PostgresRequest(finding, parameters)) { rows, snapshot throws(PostgresError) in
      for row in rows {
        let entry = try entry(row)
        snapshot.inbox[entry.key] = entry
      }
    }
  }

  private static let finding = PostgresStatement(
    name: "inbox_find", parameters: [.textArray, .textArray],
    sql: """
      select i.source, i.id, i.fingerprint, i.tenant_id, i.result_id, i.result_type, i.result, i.recorded_at
      from unnest($1, $2) as wanted (source, id)
      cross join lateral (
        select * from inbox where inbox.source = wanted.source and inbox.id = wanted.id offset 0
      ) as i
      """)

  private static func entry(_ row: PostgresRow) throws(PostgresError) -> InboxEntry {
    InboxEntry(
      key: InboxKey(source: try row.text(0), id: try row.text(1)), fingerprint: try row.bytea(2),
      tenantID: try row.identifier(3), resultID: try row.ulid(4), resultType: try row.text(5),
      result: try row.bytea(6), recordedAt: try row.moment(7))
  }

  static func insert(_ entries: [InboxEntry]) -> PostgresRequest? {
    guard !entries.isEmpty else { return nil }
    var parameters = PostgresParameters(capacity: entries.reduce(512) { $0 + $1.result.count + 384 })
    parameters.append(array: entries.map(\.key.source))
    parameters.append(array: entries.map(\.key.id))
    parameters.append(array: entries.map(\.fingerprint))
    parameters.append(array: entries.map(\.tenantID))
    parameters.append(array: entries.map(\.resultID))
    parameters.append(array: entries.map(\.resultType))
    parameters.append(array: entries.map(\.result))
    parameters.append(array: entries.map(\.recordedAt))
    return PostgresRequest(inserting, parameters)
  }

  private static let inserting = PostgresStatement(
    name: "inbox_insert",
    parameters: [
      .textArray, .textArray, .byteaArray, .textArray, .textArray, .textArray, .byteaArray, .timestamptzArray,
    ],
    sql: """
      insert into inbox (source, id, fingerprint, tenant_id, result_id, result_type, result, recorded_at)
      select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
      """)
}
