package import Operations
package import PostgresClient
package import UnitOfWork
package import WorkspaceDomain

extension PostgresDeadLetters {
  package func records(
    _ filter: DeadLetterFilter, before: ULID? = nil, limit: Int, bytes: Int = LetterBatch.bytes
  ) async throws(PostgresError) -> [DeadLetter] {
    let conditions = DeadLetterConditions(filter, before: before)
    var parameters = conditions.parameters
    parameters.append(Int64(max(0, limit)))
    parameters.append(Int64(max(1, bytes)))
    let statement = conditions.statement(
      "dead_letters_records", """
      \(Self.page(conditions))
      select id, queue, recorded_at, reason, detail, attempts, first_failed_at,
        tenant_id, command_type, command_source, command_id, fingerprint, replay_of,
        exchange, routing_key, properties, body, answered_at
      from dead_letters join page using (id)
      order by id desc
      """, parameters: [.int8, .int8])
    return try await rows(statement, parameters).map { row throws(PostgresError) in
      DeadLetter(
        id: try row.ulid(0), queue: try row.text(1), fingerprint: try row.bytea(11), recordedAt: try row.moment(2),
        reason: try row.text(3), detail: try row.text(4),
        attempts: .init(count: Int(try row.int4(5)), first: try row.moment(6)),
        subject: .init(
          tenantID: try row.optionalIdentifier(7), commandType: try row.optionalText(8),
          commandSource: try row.optionalText(9), commandID: try row.optionalText(10)),
        message: try Self.message(row, from: 13), replayOf: try row.optionalULID(12),
        answeredAt: try row.optionalMoment(17))
    }
  }

  package func add(_ letters: [DeadLetter]) async throws(PostgresError) -> Int {
    guard let request = DeadLettersTable.insert(letters, unlessThere: true) else { return 0 }
    return Int(try await connection.pipeline([request])[0][0].int8(0))
  }
}
