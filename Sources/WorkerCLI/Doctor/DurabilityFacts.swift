import PostgresClient

/// What the promise "committed is durable" rests on at the server, and what would break the order of rows or hide them.
struct DurabilityFacts {
  /// Settings without which a crash of the server, or of its host, loses what was committed or damages it.
  private let disabled: [String]
  private let standbyNames: String
  private let standbys: Int64?
  private let defaultCommit: String
  /// Tables whose rows are hidden from this role by row-level security.
  private let hidden: [String]

  private static let statement = PostgresStatement(
    name: "doctor_durability",
    sql: """
      select
        (select string_agg(name, ', ') from unnest(array['fsync', 'full_page_writes']) as name where current_setting(name) = 'off'),
        current_setting('synchronous_standby_names'),
        (select count(*) from pg_stat_replication where sync_state in ('sync', 'quorum')),
        (select reset_val from pg_settings where name = 'synchronous_commit'),
        (select string_agg(relname, ', ') from pg_class
          where relnamespace = any (current_schemas(false)::regnamespace[]) and relkind = 'r' and row_security_active(oid))
      """)

  static func read(_ connection: PostgresConnection) async throws -> DurabilityFacts {
    let row = try await connection.pipeline([PostgresRequest(statement)])[0][0]
    func list(_ column: Int) throws -> [String] {
      (try row.optionalText(column) ?? "").split(separator: ",").map { String($0.drop(while: \.isWhitespace)) }
    }
    return DurabilityFacts(
      disabled: try list(0), standbyNames: try row.text(1), standbys: try row.int8(2), defaultCommit: try row.text(3), hidden: try list(4))
  }

  var findings: [Finding] { [durability, replication, rows] }

  private var durability: Finding {
    let check = "database.durability"
    guard disabled.isEmpty else {
      return .problem(
        check, "off: \(disabled.joined(separator: ", "))",
        remedy: "turn it on: without it a crash of the database's host loses commands that were acknowledged, or damages the database")
    }
    guard ["on", "remote_apply"].contains(defaultCommit) else {
      return .ok(check, "fsync and full_page_writes are on; the default of synchronous_commit, \(defaultCommit), is not the worker's: its sessions use on")
    }
    return .ok(check, "fsync, full_page_writes and synchronous_commit are on")
  }

  private var replication: Finding {
    let check = "database.replication"
    guard !standbyNames.isEmpty else { return .ok(check, "no synchronous standbys are asked for: a commit is durable on this server alone") }
    guard let standbys, standbys == 0 else { return .ok(check, "commits wait for the standbys of synchronous_standby_names") }
    return .warning(
      check, "commits wait for \(standbyNames) (synchronous_standby_names), and no synchronous standby is to be seen",
      remedy: "connect the standby, or take it out of synchronous_standby_names: until then every commit waits for ever; where this role may not see pg_stat_replication, ask an administrator")
  }

  private var rows: Finding {
    let check = "database.row_security"
    guard hidden.isEmpty else {
      return .problem(
        check, "row-level security is in force for this role on: \(hidden.joined(separator: ", "))",
        remedy: "alter role … bypassrls, or no policies on these tables: rows that the worker does not see are answers that it gets wrong")
    }
    return .ok(check, "no rows are hidden from this role")
  }
}
