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
