import Logging
import Operations
import PostgresClient
import WorkerRuntime
import WorkspaceDomain

/// Finds out the facts for doctor, over a connection.
struct PostgresFacts: DatabaseFacts {
  let connection: PostgresConnection
  let address: String
  let deadQueue: String
  let logger: Logger

  func server() async throws -> DatabaseServer {
    let before = SystemWallClock().now().milliseconds
    let row = try await connection.query(
      "doctor_facts",
      """
      select current_setting('server_version_num')::int as version, current_user::text as role,
        coalesce((select rolsuper from pg_roles where rolname = current_user), false) as is_superuser,
        pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as is_read_only,
        coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as is_encrypted,
        inet_client_addr() is null or inet_client_addr() <<= '127.0.0.0/8' or inet_client_addr() = '::1' as is_local,
        current_setting('server_encoding') as encoding,
        (extract(epoch from clock_timestamp()) * 1000)::bigint as milliseconds
      """)[0]
    let after = SystemWallClock().now().milliseconds
    return DatabaseServer(
      version: Int(try row.int4("version")), role: try row.text("role"), isSuperuser: try row.bool("is_superuser"),
      isReadOnly: try row.bool("is_read_only"), isEncrypted: try row.bool("is_encrypted"),
      isLocal: try row.bool("is_local"), encoding: try row.text("encoding"),
      skew: .milliseconds(try row.int8("milliseconds") - (before + after) / 2))
  }

  func durability() async throws -> DatabaseDurability {
    let row = try await connection.query(
      "doctor_durability",
      """
      select
        (select string_agg(name, ', ') from unnest(array['fsync', 'full_page_writes']) as name
          where current_setting(name) = 'off') as disabled,
        current_setting('synchronous_standby_names') as standby_names,
        (select count(*) from pg_stat_replication where sync_state in ('sync', 'quorum')) as standbys,
        (select reset_val from pg_settings where name = 'synchronous_commit') as default_commit,
        (select string_agg(relname, ', ') from pg_class
          where relnamespace = any (current_schemas(false)::regnamespace[]) and relkind = 'r'
            and row_security_active(oid)) as hidden
      """)[0]
    func list(_ column: String) throws -> [String] {
      (try row.optionalText(column) ?? "").split(separator: ",").map { String($0.drop(while: \.isWhitespace)) }
    }
    return DatabaseDurability(
      disabled: try list("disabled"), standbyNames: try row.text("standby_names"), standbys: try row.count("standbys"),
      defaultCommit: try row.text("default_commit"), hidden: try list("hidden"))
  }

  func migrations() async -> DatabaseSchema {
    do throws(MigrationError) {
      return .applied(unknown: try await Migrator(connection: connection, logger: logger).verify())
    } catch {
      switch error {
      // Tables of a schema that the role may not use seem not to exist.
      case .pending where await usesNoSchema():
        return .forbidden(
          "the role can use no schema of its search_path: it lacks USAGE, or the search_path names none")
      case .pending(let names): return .pending(names)
      case .postgres(let cause) where cause.sqlState == .insufficientPrivilege:
        return .forbidden("the role may not read schema_migrations")
      default: return .unusable("\(error)")
      }
    }
  }

  private func usesNoSchema() async -> Bool {
    let rows = try? await connection.query("doctor_schema", "select current_schema() is null as is_none")
    return (try? rows?.first?.bool("is_none")) ?? false
  }

  func missingRights() async throws -> [String] { try await WorkerRights.missing(connection) }

  /// The detail ends with the broker's reason: `DeadLetterOrigin`.
  func lettersOfDeliveryLimit() async throws -> Int {
    try await connection.query(
      "doctor_limited_letters",
      """
      select count(*) from (
        select from dead_letters
        where reason = 'broker_dead_lettered' and queue = \(deadQueue) and detail like '%: delivery\\_limit'
          and discarded_at is null
          and not exists (select from replay_items where letter_id = dead_letters.id and state <> 'skipped')
        limit 1000
      ) as letters
      """)[0].count()
  }

  func close() async { await connection.close() }
}
