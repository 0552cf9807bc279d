import PostgresClient
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// `inbox`: commands that were processed, with their answers.
enum InboxTable {
  /// A result may be a megabyte in size: it is read only if it is going to be sent again.
  static func find(_ questions: Set<InboxQuestion>) -> SnapshotQuery? {
    guard !questions.isEmpty else { return nil }
    let questions = Array(questions)
    let request = PostgresRequest(
      "inbox_find",
      """
      select i.tenant_id, i.source, i.id, i.rule::int4, i.command_fingerprint, i.result_id, i.result_type, i.result, i.recorded_at
      from unnest(
        \(questions.map(\.key.tenantID)), \(questions.map(\.key.source)), \(questions.map(\.key.id)),
        \(questions.map(\.fingerprint?.withUser)), \(questions.map(\.fingerprint?.withoutUser))
      ) as wanted (tenant_id, source, id, with_user, without_user)
      cross join lateral (
        select tenant_id, source, id, rule, command_fingerprint, result_id, result_type, recorded_at,
          case
            when command_fingerprint = case rule when 1 then wanted.without_user else wanted.with_user end then result
          end as result
        from inbox
        where inbox.tenant_id = wanted.tenant_id and inbox.source = wanted.source and inbox.id = wanted.id offset 0
      ) as i
      """)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      for row in rows {
        let entry = try entry(row)
        // Of two questions about one key, possibly only one gets the result.
        if snapshot.inbox[entry.key]?.result.isEmpty ?? true { snapshot.inbox[entry.key] = entry }
      }
    }
  }

  private static func entry(_ row: PostgresRow) throws(PostgresError) -> InboxEntry {
    guard let rule = CommandFingerprint.Rule(rawValue: try row.int4("rule")) else {
      throw .decoding(reason: "a fingerprint follows a rule unknown to this program")
    }
    return InboxEntry(
      key: InboxKey(tenantID: try row.identifier("tenant_id"), source: try row.text("source"), id: try row.text("id")),
      fingerprint: RecordedFingerprint(rule: rule, digest: try row.bytea("command_fingerprint")),
      resultID: try row.ulid("result_id"), resultType: try row.text("result_type"),
      result: try row.optionalBytea("result") ?? [], recordedAt: try row.moment("recorded_at"))
  }

  static func insert(_ entries: [InboxEntry]) -> PostgresRequest? {
    guard !entries.isEmpty else { return nil }
    return PostgresRequest(
      "inbox_insert",
      """
      insert into inbox (tenant_id, source, id, rule, command_fingerprint, result_id, result_type, result, recorded_at)
      select * from unnest(
        \(entries.map(\.key.tenantID)), \(entries.map(\.key.source)), \(entries.map(\.key.id)),
        \(entries.map(\.fingerprint.rule.rawValue)), \(entries.map(\.fingerprint.digest)), \(entries.map(\.resultID)),
        \(entries.map(\.resultType)), \(entries.map(\.result)), \(entries.map(\.recordedAt)))
      """)
  }

  /// Replaces entries of failures with `entries`.
  static func replace(_ entries: [InboxEntry]) -> PostgresRequest? {
    guard !entries.isEmpty else { return nil }
    let tenants = SharedArray(entries.map(\.key.tenantID))
    let sources = SharedArray(entries.map(\.key.source))
    let ids = SharedArray(entries.map(\.key.id))
    return PostgresRequest(
      "inbox_replace",
      """
      with changed as (
        update inbox
        set rule = e.rule, command_fingerprint = e.fingerprint, result_id = e.result_id, result_type = e.result_type,
          result = e.result, recorded_at = e.recorded_at
        from unnest(
          \(tenants), \(sources), \(ids), \(entries.map(\.fingerprint.rule.rawValue)), \(entries.map(\.fingerprint.digest)),
          \(entries.map(\.resultID)), \(entries.map(\.resultType)), \(entries.map(\.result)), \(entries.map(\.recordedAt))
        ) as e (tenant_id, source, id, rule, fingerprint, result_id, result_type, result, recorded_at)
        where inbox.tenant_id = any(\(tenants)) and inbox.source = any(\(sources)) and inbox.id = any(\(ids))
          and inbox.tenant_id = e.tenant_id and inbox.source = e.source and inbox.id = e.id
          and inbox.result_type like '%.failed'
        returning 1
      )
      select expect_rows((select count(*) from changed), \(Int64(entries.count)))
      """)
  }

  /// Reads `limit` entries of the index from `start` on, however many rows the table has. Without a start, each step
  /// would pass all entries whose rows are removed and not vacuumed yet, more of them every time.
  ///
  /// SKIP LOCKED works below LIMIT: rows that another transaction holds don't count, and a step that finds less than
  /// its limit has seen everything. If two steps run at a time, the second skips what the first is removing.
  static func removeExpired(
    olderThan retention: Duration, at now: Timestamp, from start: Timestamp?, limit: Int
  ) -> PostgresRequest {
    PostgresRequest(
      "inbox_remove_expired",
      """
      with removed as (
        delete from inbox
        where ctid = any (array(
          select ctid from inbox
          where recorded_at >= coalesce(\(start), '-infinity')
            and recorded_at < least(\(now.cutoff(retention)), now() - \(retention.milliseconds) * interval '1 millisecond')
          order by recorded_at
          limit \(Int64(max(0, limit)))
          for update skip locked
        ))
        returning recorded_at
      )
      select count(*), max(recorded_at) as newest from removed
      """)
  }
}
