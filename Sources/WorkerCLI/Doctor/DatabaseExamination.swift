import Coordination
import Logging
import PostgresClient
import PostgresStore

/// Looks at the database: name, TLS, login, version, role, migrations, clock, what waits there.
struct DatabaseExamination {
  let servers: Servers
  let logger: Logger

  func findings() async -> [Finding] {
    do {
      if let finding = try await names() { return [finding] }
      let findings = try await connect().use(examine)
      return [.ok("database.login", "connected: \(servers.postgres)")] + findings
    } catch {
      return [failure(error)]
    }
  }

  /// To the host that writes, as everything else; where there is none, to any: what can be seen there is told.
  private func connect() async throws -> PostgresConnection {
    do throws(PostgresError) {
      return try await PostgresConnection.connect(servers.postgres, logger: logger)
    } catch {
      guard error.sqlState == .readOnlySQLTransaction else { throw error }
      var postgres = servers.postgres
      postgres.requiresWriting = false
      return try await PostgresConnection.connect(postgres, logger: logger)
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
    if case .unreliableSession = error {
      return .problem(
        "database.session", "\(error)",
        remedy: "let postgres.url lead to PostgreSQL itself, or to a pooler that gives each connection a session of its own: docs/connections.md")
    }
    if "\(error)".contains("unsupported startup parameter") {
      return .problem(
        "database.session", "\(error)",
        remedy: "a pooler takes no options: leave them out of postgres.url; the worker sets what it needs when it is connected")
    }
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
      findings += try await DurabilityFacts.read(connection).findings
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
