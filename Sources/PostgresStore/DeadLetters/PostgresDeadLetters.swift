package import Messaging
package import Operations
package import PostgresClient
import UnitOfWork
package import WorkspaceDomain

/// The ledger of dead letters, for those who read it.
package struct PostgresDeadLetters: DeadLetterLedger {
  let connection: PostgresConnection

  package init(connection: PostgresConnection) { self.connection = connection }

  package func list(
    _ filter: DeadLetterFilter, before: ULID? = nil, limit: Int
  ) async throws(PostgresError) -> [DeadLetterSummary] {
    let conditions = DeadLetterConditions(filter, before: before)
    var parameters = conditions.parameters
    parameters.append(Int64(max(0, limit)))
    let statement = conditions.statement(
      "dead_letters_list", """
      select id, queue, recorded_at, reason, detail, attempts, first_failed_at,
        tenant_id, command_type, command_source, command_id, octet_length(body),
        discarded_at, discarded_by, discarded_because, replay_of,
        exists (select from replay_items where letter_id = dead_letters.id and state <> 'skipped')
      from dead_letters where /* where */
      order by id desc limit $\(conditions.nextParameter)
      """, parameters: [.int8])
    return try await rows(statement, parameters).map(Self.summary)
  }

  package func messages(
    _ filter: DeadLetterFilter, before: ULID? = nil, limit: Int, bytes: Int = LetterBatch.bytes
  ) async throws(PostgresError) -> [ReplayLetter] {
    let conditions = DeadLetterConditions(filter, before: before)
    var parameters = conditions.parameters
    parameters.append(Int64(max(0, limit)))
    parameters.append(Int64(max(1, bytes)))
    let statement = conditions.statement(
      "dead_letters_messages", """
      \(Self.page(conditions))
      select id, exchange, routing_key, properties, body
      from dead_letters join page using (id)
      order by id desc
      """, parameters: [.int8, .int8])
    return try await rows(statement, parameters).map { row throws(PostgresError) in
      ReplayLetter(id: try row.ulid(0), message: try Self.message(row, from: 1))
    }
  }

  /// The ids of a page, with its two limits as the last parameters. Bodies are measured without being read (TOAST keeps
  /// their lengths beside the pointer).
  static func page(_ conditions: DeadLetterConditions) -> String {
    """
    with measured as (
      select id, sum(bytes) over (order by id desc) - bytes as bytes_before
      from (
        select id, octet_length(body) + octet_length(properties) as bytes
        from dead_letters where /* where */
        order by id desc limit $\(conditions.nextParameter)
      ) as found
    ), page as (
      select id from measured where bytes_before < $\(conditions.nextParameter + 1)
    )
    """
  }

  package func groups(
    by key: DeadLetterGroup.Key, _ filter: DeadLetterFilter, limit: Int
  ) async throws(PostgresError) -> [DeadLetterGroup] {
    let conditions = DeadLetterConditions(filter)
    var parameters = conditions.parameters
    parameters.append(Int64(max(0, limit)))
    let statement = conditions.statement(
      "dead_letters_by_\(key.rawValue)", """
      select \(key.expression) as value, count(*), min(recorded_at), max(recorded_at)
      from dead_letters where /* where */
      group by 1 order by 2 desc, 1 limit $\(conditions.nextParameter)
      """, parameters: [.int8])
    return try await rows(statement, parameters).map { row throws(PostgresError) in
      DeadLetterGroup(
        value: try row.optionalText(0), count: Int(try row.int8(1)), first: try row.moment(2), last: try row.moment(3))
    }
  }

  package func letter(_ id: ULID) async throws(PostgresError) -> (summary: DeadLetterSummary, message: OutboundMessage)? {
    var parameters = PostgresParameters()
    parameters.append(id)
    guard let row = try await rows(Self.selectingOne, parameters).first else { return nil }
    return (try Self.summary(row), try Self.message(row, from: 17))
  }

  private static let selectingOne = PostgresStatement(
    name: "dead_letters_one", parameters: [.text],
    sql: """
      select id, queue, recorded_at, reason, detail, attempts, first_failed_at,
        tenant_id, command_type, command_source, command_id, octet_length(body),
        discarded_at, discarded_by, discarded_because, replay_of,
        exists (select from replay_items where letter_id = dead_letters.id and state <> 'skipped'),
        exchange, routing_key, properties, body
      from dead_letters where id = $1
      """)

  func rows(_ statement: PostgresStatement, _ parameters: PostgresParameters) async throws(PostgresError) -> PostgresRows {
    try await connection.pipeline([PostgresRequest(statement, parameters)])[0]
  }

  private static func summary(_ row: PostgresRow) throws(PostgresError) -> DeadLetterSummary {
    DeadLetterSummary(
      id: try row.ulid(0), queue: try row.text(1), recordedAt: try row.moment(2), reason: try row.text(3),
      detail: try row.text(4), attempts: .init(count: Int(try row.int4(5)), first: try row.moment(6)),
      subject: .init(
        tenantID: try row.optionalIdentifier(7), commandType: try row.optionalText(8),
        commandSource: try row.optionalText(9), commandID: try row.optionalText(10)),
      bytes: Int(try row.int4(11)), discarding: try discarding(row), replayOf: try row.optionalULID(15),
      isReplayed: try row.bool(16))
  }

  private static func discarding(_ row: PostgresRow) throws(PostgresError) -> DeadLetterSummary.Discarding? {
    guard let time = try row.optionalMoment(12) else { return nil }
    return .init(at: time, by: try row.text(13), because: try row.text(14))
  }

  /// - Parameter column: the first of exchange, routing key, properties and body.
  static func message(_ row: PostgresRow, from column: Int) throws(PostgresError) -> OutboundMessage {
    guard let exchange = ShortString(bytes: try row.bytea(column)),
      let routingKey = ShortString(bytes: try row.bytea(column + 1))
    else { throw .decoding(reason: "a name of more than 255 bytes") }
    return OutboundMessage(
      exchange: exchange, routingKey: routingKey, propertyList: PropertyList(bytes: try row.bytea(column + 2)),
      body: try row.bytea(column + 3))
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
