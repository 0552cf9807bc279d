package import Messaging
package import Operations
package import PostgresClient
package import UnitOfWork
package import WorkspaceDomain

/// The ledger of dead letters, for operators.
package struct PostgresDeadLetters: DeadLetterLedger {
  private let connection: PostgresConnection

  package init(connection: PostgresConnection) { self.connection = connection }

  package func list(
    _ filter: DeadLetterFilter, before: ULID? = nil, limit: Int
  ) async throws(PostgresError) -> [DeadLetterSummary] {
    let conditions = DeadLetterConditions(filter, before: before)
    return try await connection.query(
      "dead_letters_list_\(conditions.shape)",
      """
      select \(raw: Self.summaryColumns)
      from dead_letters where \(conditions.query)
      order by id desc limit \(Int64(max(0, limit)))
      """
    ).map(Self.summary)
  }

  package func letter(_ id: ULID) async throws(PostgresError) -> (summary: DeadLetterSummary, message: AMQPMessage)? {
    let rows = try await connection.query(
      "dead_letters_one",
      """
      select \(raw: Self.summaryColumns), exchange, routing_key, properties, body
      from dead_letters where id = \(id)
      """)
    return try rows.first.map { row throws(PostgresError) in (try Self.summary(row), try row.message()) }
  }

  package func messages(
    _ filter: DeadLetterFilter, before: ULID? = nil, limit: Int, bytes: Int = LetterBatch.bytes
  ) async throws(PostgresError) -> [ReplayLetter] {
    let conditions = DeadLetterConditions(filter, before: before)
    return try await connection.query(
      "dead_letters_messages_\(conditions.shape)",
      """
      \(Self.page(conditions, limit: limit, bytes: bytes))
      select id, exchange, routing_key, properties, body
      from dead_letters join page using (id)
      order by id desc
      """
    ).map { row throws(PostgresError) in ReplayLetter(id: try row.ulid("id"), message: try row.message()) }
  }

  package func records(
    _ filter: DeadLetterFilter, before: ULID? = nil, limit: Int, bytes: Int = LetterBatch.bytes
  ) async throws(PostgresError) -> [DeadLetter] {
    let conditions = DeadLetterConditions(filter, before: before)
    return try await connection.query(
      "dead_letters_records_\(conditions.shape)",
      """
      \(Self.page(conditions, limit: limit, bytes: bytes))
      select id, queue, recorded_at, reason, detail, attempts, first_failed_at,
        tenant_id, command_type, command_source, command_id, fingerprint, replay_of,
        exchange, routing_key, properties, body, answered_at
      from dead_letters join page using (id)
      order by id desc
      """
    ).map { row throws(PostgresError) in
      DeadLetter(
        id: try row.ulid("id"), queue: try row.text("queue"), fingerprint: try row.bytea("fingerprint"),
        recordedAt: try row.moment("recorded_at"), reason: try row.text("reason"), detail: try row.text("detail"),
        attempts: .init(count: Int(try row.int4("attempts")), first: try row.moment("first_failed_at")),
        subject: try Self.subject(row), message: try row.message(), replayOf: try row.optionalULID("replay_of"),
        answeredAt: try row.optionalMoment("answered_at"))
    }
  }

  /// Selects the ids of a page. Bodies are measured without being read (TOAST keeps their lengths beside the pointer).
  private static func page(_ conditions: DeadLetterConditions, limit: Int, bytes: Int) -> PostgresQuery {
    """
    with measured as (
      select id, sum(bytes) over (order by id desc) - bytes as bytes_before
      from (
        select id, octet_length(body) + octet_length(properties) as bytes
        from dead_letters where \(conditions.query)
        order by id desc limit \(Int64(max(0, limit)))
      ) as found
    ), page as (
      select id from measured where bytes_before < \(Int64(max(1, bytes)))
    )
    """
  }

  package func groups(
    by key: DeadLetterGroup.Key, _ filter: DeadLetterFilter, limit: Int
  ) async throws(PostgresError) -> [DeadLetterGroup] {
    let conditions = DeadLetterConditions(filter)
    return try await connection.query(
      "dead_letters_by_\(key.rawValue)_\(conditions.shape)",
      """
      select \(raw: key.expression) as value, count(*), min(recorded_at) as first, max(recorded_at) as last
      from dead_letters where \(conditions.query)
      group by 1 order by 2 desc, 1 limit \(Int64(max(0, limit)))
      """
    ).map { row throws(PostgresError) in
      DeadLetterGroup(
        value: try row.optionalText("value"), count: try row.count(), first: try row.moment("first"),
        last: try row.moment("last"))
    }
  }

  package func add(_ letters: [DeadLetter]) async throws(PostgresError) -> Int {
    guard !letters.isEmpty else { return 0 }
    return try await connection.pipeline([DeadLettersTable.add(letters)])[0][0].count()
  }

  package func discard(
    _ filter: DeadLetterFilter, by operatorName: String, because reason: String, at now: Timestamp
  ) async throws(PostgresError) -> Int {
    let conditions = DeadLetterConditions(filter)
    return try await connection.query(
      "dead_letters_discard_\(conditions.shape)",
      """
      with changed as (
        update dead_letters
        set discarded_at = \(now), discarded_by = \(operatorName), discarded_because = \(reason)
        where discarded_at is null and \(conditions.query)
        returning 1
      )
      select count(*) from changed
      """)[0].count()
  }

  package func restore(_ filter: DeadLetterFilter) async throws(PostgresError) -> Int {
    let conditions = DeadLetterConditions(filter)
    return try await connection.query(
      "dead_letters_restore_\(conditions.shape)",
      """
      with changed as (
        update dead_letters set discarded_at = null, discarded_by = null, discarded_because = null
        where discarded_at is not null and \(conditions.query)
        returning 1
      )
      select count(*) from changed
      """)[0].count()
  }

  // MARK: Rows

  private static let summaryColumns = """
    id, queue, recorded_at, reason, detail, attempts, first_failed_at,
      tenant_id, command_type, command_source, command_id, octet_length(body) as bytes,
      discarded_at, discarded_by, discarded_because, replay_of,
      exists (select from replay_items where letter_id = dead_letters.id and state <> 'skipped') as is_replayed
    """

  private static func summary(_ row: PostgresRow) throws(PostgresError) -> DeadLetterSummary {
    DeadLetterSummary(
      id: try row.ulid("id"), queue: try row.text("queue"), recordedAt: try row.moment("recorded_at"),
      reason: try row.text("reason"), detail: try row.text("detail"),
      attempts: .init(count: Int(try row.int4("attempts")), first: try row.moment("first_failed_at")),
      subject: try subject(row), bytes: Int(try row.int4("bytes")), discarding: try discarding(row),
      replayOf: try row.optionalULID("replay_of"), isReplayed: try row.bool("is_replayed"))
  }

  private static func subject(_ row: PostgresRow) throws(PostgresError) -> DeadLetter.Subject {
    DeadLetter.Subject(
      tenantID: try row.optionalIdentifier("tenant_id"), commandType: try row.optionalText("command_type"),
      commandSource: try row.optionalText("command_source"), commandID: try row.optionalText("command_id"))
  }

  private static func discarding(_ row: PostgresRow) throws(PostgresError) -> DeadLetterSummary.Discarding? {
    guard let time = try row.optionalMoment("discarded_at") else { return nil }
    return .init(at: time, by: try row.text("discarded_by"), because: try row.text("discarded_because"))
  }
}

extension DeadLetterGroup.Key {
  fileprivate var expression: String {
    switch self {
    case .reason: "reason"
    case .type: "command_type"
    case .tenant: "tenant_id"
    case .day: "to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD')"
    }
  }
}
