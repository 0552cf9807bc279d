import Coordination

/// Examines the database: host name, TLS, login, version, role, migrations, clock, and what the durability of a commit
/// rests on.
package struct DatabaseExamination: Examination {
  private let database: any ExaminedDatabase
  private let resolver: any HostResolver

  package init(_ database: any ExaminedDatabase, resolver: any HostResolver) {
    self.database = database
    self.resolver = resolver
  }

  package func findings() async -> [Finding] {
    do throws(DatabaseObstacle) {
      for host in try database.hosts() {
        guard let problem = await resolver.problem(host) else { continue }
        return [
          .problem(
            "database.name", "\(host) can't be resolved: \(problem)",
            remedy: "correct postgres.url or name resolution (DNS)")
        ]
      }
      let facts = try await database.connect()
      let findings = await examine(facts)
      await facts.close()
      return [.ok("database.login", "connected: \(facts.address)")] + findings
    } catch {
      return [failure(error)]
    }
  }

  private func failure(_ obstacle: DatabaseObstacle) -> Finding {
    switch obstacle {
    case .loginRefused(let text):
      .problem("database.login", text, remedy: "correct the user and password in postgres.url, or pg_hba.conf")
    case .configuration(let text):
      .problem("database.connection", text, remedy: "correct postgres.url or postgres.password_file")
    case .sharedSession(let text):
      .problem(
        "database.session", text,
        remedy:
          "point postgres.url at PostgreSQL itself, or at a pooler that gives each connection its own session "
          + "(docs/connections.md), and reset what ALTER ROLE or ALTER DATABASE has set otherwise")
    case .unsupportedOption(let text):
      .problem(
        "database.session", text,
        remedy:
          "the pooler accepts no options: remove them from postgres.url; the worker sets what it needs once connected")
    case .tlsRefused(let text):
      .problem(
        "database.tls", text,
        remedy:
          "sslrootcert must contain the authority that issued the server's certificate, which must name the host and "
          + "be currently valid")
    case .exhausted(let text):
      .problem(
        "database.connection", text,
        remedy:
          "end other sessions, or raise the role's CONNECTION LIMIT or max_connections: docs/connections.md counts those "
          + "of a worker")
    case .unreachable(let text):
      .problem("database.connection", text, remedy: "start PostgreSQL, or correct postgres.url")
    }
  }

  private func examine(_ facts: any DatabaseFacts) async -> [Finding] {
    do {
      let server = try await facts.server()
      var findings = server.findings
      findings += try await facts.durability().findings
      let schema = await facts.migrations().finding
      findings.append(schema)
      guard schema.status != .problem else { return findings }
      let missing = try await facts.missingRights()
      findings.append(rights(missing, of: server))
      if missing.isEmpty { findings.append(order(limited: try await facts.lettersOfDeliveryLimit())) }
      return findings
    } catch {
      return [
        .problem("database.connection", "\(error)", remedy: "grant the role the privileges listed in docs/security.md")
      ]
    }
  }

  /// AMQP doesn't tell which policies are in force, but the ledger shows the effect of one.
  private func order(limited count: Int) -> Finding {
    let check = "ledger.delivery_limit"
    guard count > 0 else {
      return .ok(check, "no open dead letter is a command that the broker took out of order")
    }
    return .warning(
      check,
      "\(count) open dead letters are commands that the broker took out of order after too many deliveries "
        + "(kills of the worker count)",
      remedy:
        "remove the queue's delivery-limit (from a policy, or RabbitMQ 4's default), then replay or discard them: "
        + "docs/operations.md, 11")
  }

  private func rights(_ missing: [String], of server: DatabaseServer) -> Finding {
    let check = "database.role"
    guard missing.isEmpty else {
      return .problem(
        check, "\(server.role) lacks: \(missing.joined(separator: ", "))", remedy: "docs/security.md lists the grants")
    }
    guard !server.isSuperuser else {
      return .warning(check, "\(server.role) is a superuser", remedy: "docs/security.md describes a sufficient role")
    }
    return .ok(check, "\(server.role) has the privileges that a worker needs")
  }
}
