import Glibc
import Logging
import PostgresClient
import PostgresStore
import WorkerRuntime
import WorkspaceDomain

/// Looks at the database: name, TLS, login, version, role, migrations, clock, what waits there.
struct DatabaseExamination {
  let servers: Servers
  let logger: Logger

  func findings() async -> [Finding] {
    do {
      if let finding = try await names() { return [finding] }
      let connection = try await PostgresConnection.connect(servers.postgres, logger: logger)
      let findings = await examine(connection)
      await connection.close()
      return [.ok("database.login", "connected: \(servers.postgres)")] + findings
    } catch {
      return [failure(error)]
    }
  }

  /// Host names of the connection string that lead nowhere; folders of sockets have no name to resolve.
  private func names() async throws -> Finding? {
    let hosts = (try servers.postgres.target.host ?? "").split(separator: ",").map(String.init).filter { !$0.hasPrefix("/") }
    for host in hosts {
      guard let problem = await NameResolution.problem(host) else { continue }
      return .problem("database.name", "\(host) can't be resolved: \(problem)", remedy: "correct postgres.url, or the name service")
    }
    return nil
  }

  private func failure(_ error: any Error) -> Finding {
    guard let error = error as? PostgresError else {
      return .problem("database.connection", "\(error)", remedy: "correct postgres.url")
    }
    if error.sqlState?.class == .invalidAuthorizationSpecification {
      return .problem("database.login", "\(error)", remedy: "correct the user and password of postgres.url, or pg_hba.conf")
    }
    if case .configuration = error { return .problem("database.connection", "\(error)", remedy: "correct postgres.url or postgres.password_file") }
    let isTLS = "\(error)".contains("SSL") || "\(error)".contains("certificate")
    guard !isTLS else {
      return .problem(
        "database.tls", "\(error)",
        remedy: "sslrootcert must hold the authority of the server's certificate, and that must name the host and be valid today")
    }
    return .problem("database.connection", "\(error)", remedy: "start PostgreSQL, or correct postgres.url")
  }

  private func examine(_ connection: PostgresConnection) async -> [Finding] {
    do {
      let facts = try await DatabaseFacts.read(connection)
      var findings = [facts.encryption, facts.versionFinding, facts.writability, facts.clock]
      findings.append(await migrations(connection))
      if findings.last?.status != .problem { findings.append(try await rights(connection, facts)) }
      return findings
    } catch {
      return [.problem("database.connection", "\(error)", remedy: "the role needs the rights that docs/security.md lists")]
    }
  }

  private func migrations(_ connection: PostgresConnection) async -> Finding {
    do {
      let unknown = try await Migrator(connection: connection, logger: logger).verify()
      guard unknown.isEmpty else {
        return .warning(
          "database.migrations", "all are applied, and also versions \(unknown) of a newer program",
          remedy: "bring this program up to date")
      }
      return .ok("database.migrations", "all are applied")
    } catch MigrationError.pending(let names) {
      return .problem("database.migrations", "pending: \(names.joined(separator: ", "))", remedy: "workspace-worker migrate up")
    } catch {
      return .problem("database.migrations", "\(error)", remedy: "workspace-worker migrate status")
    }
  }

  private func rights(_ connection: PostgresConnection, _ facts: DatabaseFacts) async throws -> Finding {
    let missing = try await WorkerRights.missing(connection)
    guard missing.isEmpty else {
      return .problem(
        "database.role", "\(facts.role) lacks: \(missing.joined(separator: ", "))", remedy: "docs/security.md has the grants")
    }
    guard !facts.isSuperuser else {
      return .warning("database.role", "\(facts.role) is a superuser", remedy: "docs/security.md has a role that suffices")
    }
    return .ok("database.role", "\(facts.role) has the rights that a worker needs")
  }
}

/// What the server says of itself and of this session.
private struct DatabaseFacts {
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
