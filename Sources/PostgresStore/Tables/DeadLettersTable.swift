import Messaging
import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `dead_letters`: messages that could not be processed.
enum DeadLettersTable {
  /// The most equal messages that can be unacknowledged at a time: the largest prefetch of AMQP.
  private static let maximumCopies = 65_535

  static func find(_ keys: Set<DeadLetterKey>) -> SnapshotQuery? {
    guard !keys.isEmpty else { return nil }
    let request = PostgresRequest(
      "dead_letters_find",
      """
      select wanted.queue, wanted.fingerprint, letter.id
      from unnest(\(keys.map(\.queue)), \(keys.map(\.fingerprint))) as wanted (queue, fingerprint)
      cross join lateral (
        select id from dead_letters
        where dead_letters.fingerprint = wanted.fingerprint and dead_letters.queue = wanted.queue
          and not dead_letters.is_acknowledged
        order by id limit \(raw: "\(maximumCopies)")
      ) as letter
      order by letter.id
      """)
    return SnapshotQuery(request: request) { rows, snapshot throws(PostgresError) in
      for row in rows {
        let key = DeadLetterKey(queue: try row.text("queue"), fingerprint: try row.bytea("fingerprint"))
        snapshot.deadLetters[key, default: []].append(try row.ulid("id"))
      }
    }
  }

  /// The row with the largest id.
  static let newest = PostgresRequest(
    "dead_letters_newest", "select id from dead_letters order by id desc limit 1")

  static func noteAcknowledged(_ letters: [ULID]) -> PostgresRequest? {
    guard !letters.isEmpty else { return nil }
    return PostgresRequest(
      "dead_letters_note_acknowledged", "update dead_letters set is_acknowledged = true where id = any(\(letters))")
  }

  static func insert(_ letters: [DeadLetter]) -> PostgresRequest? {
    letters.isEmpty ? nil : PostgresRequest("dead_letters_insert", insertion(letters, areAcknowledged: false))
  }

  /// Adds letters outside of a unit of work: from another ledger, or of queries. Existing ones are left as they are;
  /// the answer counts the added ones.
  static func add(_ letters: [DeadLetter]) -> PostgresRequest {
    PostgresRequest(
      "dead_letters_add",
      """
      with added as (\(insertion(letters, areAcknowledged: true)) on conflict (id) do nothing returning 1)
      select count(*) from added
      """)
  }

  /// - Parameter areAcknowledged: true: redeliveries of their messages are not looked for.
  private static func insertion(_ letters: [DeadLetter], areAcknowledged: Bool) -> PostgresQuery {
    """
    insert into dead_letters (
      queue, id, fingerprint, recorded_at, reason, detail, attempts, first_failed_at,
      tenant_id, command_type, command_source, command_id, exchange, routing_key, properties, body, replay_of,
      answered_at, is_acknowledged)
    select letter.*, \(areAcknowledged)
    from unnest(
      \(letters.map(\.queue)), \(letters.map(\.id)), \(letters.map(\.fingerprint)), \(letters.map(\.recordedAt)),
      \(letters.map(\.reason)), \(letters.map(\.detail)), \(letters.map { Int32(clamping: $0.attempts.count) }),
      \(letters.map(\.attempts.first)), \(letters.map(\.subject.tenantID)), \(letters.map(\.subject.commandType)),
      \(letters.map(\.subject.commandSource)), \(letters.map(\.subject.commandID)),
      \(letters.map(\.message.exchange.bytes)), \(letters.map(\.message.routingKey.bytes)),
      \(letters.map(\.message.propertyList.bytes)), \(letters.map(\.message.body)), \(letters.map(\.replayOf)),
      \(letters.map(\.answeredAt))) as letter
    """
  }

  /// The same as ``InboxTable/removeExpired(olderThan:at:from:limit:)``, except that here the primary key has the order
  /// of recording.
  static func removeExpired(
    olderThan retention: Duration, at now: Timestamp, from start: Timestamp?, limit: Int
  ) -> PostgresRequest {
    PostgresRequest(
      "dead_letters_remove_expired",
      """
      with removed as (
        delete from dead_letters
        where ctid = any (array(
          select ctid from dead_letters
          where id >= \(ULID.first(at: start ?? Timestamp(milliseconds: 0))) and id < \(ULID.first(at: now.cutoff(retention)))
            and recorded_at < now() - \(retention.milliseconds) * interval '1 millisecond'
          order by id
          limit \(Int64(max(0, limit)))
          for update skip locked
        ))
        returning recorded_at
      )
      select count(*), max(recorded_at) as newest from removed
      """)
  }
}

extension ULID {
  /// The smallest id with this time.
  static func first(at time: Timestamp) -> ULID {
    ULID(milliseconds: UInt64(clamping: time.milliseconds), randomness: .init(high: 0, low: 0))
  }
}
