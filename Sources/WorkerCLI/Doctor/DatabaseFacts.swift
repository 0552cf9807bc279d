import PostgresClient
import WorkerRuntime
import WorkspaceDomain

/// What the server says of itself and of this session.
struct DatabaseFacts {
  let version: Int
  let role: String
  let isSuperuser: Bool
  let isReadOnly: Bool
  let isEncrypted: Bool
  let isLocal: Bool
  let encoding: String
  /// How far the server's clock is ahead of this host's.
  let skew: Duration

  private static let statement = PostgresStatement(
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

  static func read(_ connection: PostgresConnection) async throws -> DatabaseFacts {
    let before = SystemWallClock().now().milliseconds
    let row = try await connection.pipeline([PostgresRequest(statement)])[0][0]
    let after = SystemWallClock().now().milliseconds
    return DatabaseFacts(
      version: Int(try row.int4(0)), role: try row.text(1), isSuperuser: try row.bool(2), isReadOnly: try row.bool(3),
      isEncrypted: try row.bool(4), isLocal: try row.bool(5), encoding: try row.text(6),
      skew: .milliseconds(try row.int8(7) - (before + after) / 2))
  }

  var encryption: Finding {
    if isEncrypted { return .ok("database.tls", "encrypted; sslmode decides whether the certificate is verified") }
    if isLocal { return .ok("database.tls", "the connection is not encrypted, and does not leave this host") }
    return .warning("database.tls", "the connection is not encrypted", remedy: "add sslmode=verify-full and sslrootcert to postgres.url")
  }

  var versionFinding: Finding {
    let text = "PostgreSQL \(version / 10_000).\(version % 10_000), encoding \(encoding)"
    guard version >= 140_000 else { return .problem("database.version", text, remedy: "PostgreSQL 14 or later is needed") }
    guard encoding == "UTF8" else { return .problem("database.version", text, remedy: "the database must have the encoding UTF8") }
    return .ok("database.version", text)
  }

  var writability: Finding {
    guard !isReadOnly else {
      return .problem(
        "database.writable", "the server takes no changes: a standby, or read-only",
        remedy: "name the primary in postgres.url, or all hosts: a worker looks for the one that takes changes")
    }
    return .ok("database.writable", "the server takes changes")
  }

  var clock: Finding {
    let text = "the server's clock is \(abs(Int(skew / .milliseconds(1)))) ms \(skew < .zero ? "behind" : "ahead of") this host's"
    let distance = skew < .zero ? .zero - skew : skew
    guard distance < .seconds(5) else {
      return .warning("clock.skew", text, remedy: "let both hosts keep time by NTP: ages and due times are compared across them")
    }
    return .ok("clock.skew", text)
  }
}
