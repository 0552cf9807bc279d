import Logging
import Operations
import PostgresClient
import WorkerRuntime
import WorkspaceDomain

/// What a connection tells doctor.
struct PostgresFacts: DatabaseFacts {
  let connection: PostgresConnection
  let address: String
  let deadQueue: String
  let logger: Logger

  func server() async throws -> DatabaseServer {
    let before = SystemWallClock().now().milliseconds
    let row = try await connection.pipeline([PostgresRequest(Self.server)])[0][0]
    let after = SystemWallClock().now().milliseconds
    return DatabaseServer(
      version: Int(try row.int4(0)), role: try row.text(1), isSuperuser: try row.bool(2), isReadOnly: try row.bool(3),
      isEncrypted: try row.bool(4), isLocal: try row.bool(5), encoding: try row.text(6),
      skew: .milliseconds(try row.int8(7) - (before + after) / 2))
  }

  private static let server = PostgresStatement(
    name: "doctor_facts",
    sql: """
      select current_setting('server_version_num')::int, current_user::text,
        coalesce((select rolsuper from pg_roles where rolname = current_user), false),
        pg_is_in_recovery() or current_setting('transaction_read_only') = 'on',
        coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false),
        inet_client_addr() is null or inet_client_addr() <<= '127.0.0.0/8' or inet_client_addr() = '::1',
        current_setting('server_encoding'),
        (extract(epoch from clock_timestamp()) * 1000)::bigint
      """)

  func durability() async throws -> DatabaseDurability {
    let row = try await connection.pipeline([PostgresRequest(Self.durability)])[0][0]
    func list(_ column: Int) throws -> [String] {
      (try row.optionalText(column) ?? "").split(separator: ",").map { String($0.drop(while: \.isWhitespace)) }
    }
    return DatabaseDurability(
      disabled: try list(0), standbyNames: try row.text(1), standbys: Int(try row.int8(2)),
      defaultCommit: try row.text(3),
      hidden: try list(4))
  }

  private static let durability = PostgresStatement(
    name: "doctor_durability",
    sql: """
      select
        (select string_agg(name, ', ') from unnest(array['fsync', 'full_page_writes']) as name
          where current_setting(name) = 'off'),
        current_setting('synchronous_standby_names'),
        (select count(*) from pg_stat_replication where sync_state in ('sync', 'quorum')),
        (select reset_val from pg_settings where name = 'synchronous_commit'),
        (select string_agg(relname, ', ') from pg_class
          where relnamespace = any (current_schemas(false)::regnamespace[]) and relkind = 'r'
            and row_security_active(oid))
      """)

  func migrations() async -> DatabaseSchema {
    do throws(MigrationError) {
      return .applied(unknown: try await Migrator(connection: connection, logger: logger).verify())
    } catch {
      guard case .pending(let names) = error else { return .unusable("\(error)") }
      return .pending(names)
    }
  }

  func missingRights() async throws -> [String] { try await WorkerRights.missing(connection) }

  func lettersOfDeliveryLimit() async throws -> Int {
    var parameters = PostgresParameters()
    parameters.append(deadQueue)
    return Int(try await connection.pipeline([PostgresRequest(Self.limitedLetters, parameters)])[0][0].int8(0))
  }

  /// The detail ends with the broker's word for why: `DeadLetterOrigin`.
  private static let limitedLetters = PostgresStatement(
    name: "doctor_limited_letters", parameters: [.text],
    sql: """
      select count(*) from (
        select from dead_letters
        where reason = 'broker_dead_lettered' and queue = $1 and detail like '%: delivery\\_limit' and discarded_at is null
          and not exists (select from replay_items where letter_id = dead_letters.id and state <> 'skipped')
        limit 1000
      ) as letters
      """)

  func close() async { await connection.close() }
}
