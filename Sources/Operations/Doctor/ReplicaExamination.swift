package import UnitOfWork

/// Examines SpiceDB: endpoint, key, schema, replication lag, and relationships.
package struct ReplicaExamination: Examination {
  /// A longer lag means that something is wrong.
  private static let usualLag: Duration = .seconds(60)
  /// Enough objects to show whether SpiceDB was ever filled.
  private static let sample = 50

  private let replica: any ExaminedReplica
  private let source: any ReplicationLagSource
  private let audit: (any RelationshipAudit)?

  /// - Parameter audit: given if SpiceDB makes the decisions: it denies whatever it has no relationship for.
  package init(
    _ replica: any ExaminedReplica, lag source: any ReplicationLagSource, audit: (any RelationshipAudit)? = nil
  ) {
    self.replica = replica
    self.source = source
    self.audit = audit
  }

  package func findings() async -> [Finding] { await [schema()] + lag() + relationships() }

  private func schema() async -> Finding {
    let check = "authorization.schema"
    do throws(ReplicaObstacle) {
      switch try await replica.schema() {
      case .expected: return .ok(check, "SpiceDB at \(replica.address) has the required schema")
      case .missing: return .problem(check, "SpiceDB at \(replica.address) has no schema", remedy: Self.apply)
      case .different(let difference):
        return .problem(
          check, "SpiceDB at \(replica.address) has a different schema: \(difference)", remedy: Self.apply)
      }
    } catch {
      return failure(error)
    }
  }

  private static let apply = "workspace-worker authorization schema --apply"

  private func failure(_ obstacle: ReplicaObstacle) -> Finding {
    switch obstacle {
    case .loginRefused(let text):
      .problem("authorization.token", text, remedy: "put SpiceDB's key into authorization.spicedb.token_file")
    case .unreachable(let text):
      .problem(
        "authorization.spicedb", text,
        remedy: "start SpiceDB, or correct authorization.spicedb.endpoint, .ca_file and .insecure; "
          + (audit == nil ? "relationship changes wait" : "it decides, so commands wait"))
    }
  }

  /// Empty if the database can't be queried: that is another finding.
  private func lag() async -> [Finding] {
    guard let lag = try? await source.lag() else { return [] }
    let check = "authorization.lag"
    let detail = "\(lag.count) commits are waiting to be replicated, the oldest for \(Int(lag.age / .seconds(1))) s"
    guard lag.age > Self.usualLag else { return [.ok(check, detail)] }
    return [.warning(check, detail, remedy: "an active worker replicates; its log says what prevents it")]
  }

  /// Empty if SpiceDB makes no decisions, or if it or the database can't be queried: that is another finding.
  private func relationships() async -> [Finding] {
    guard let audit, let report = try? await audit.compare(after: nil, limit: Self.sample) else { return [] }
    let check = "authorization.relationships"
    guard report.differences > 0 else {
      return [
        .ok(check, "SpiceDB decides; the relationships of the first \(report.objects) tenants match the database")
      ]
    }
    return [
      .problem(
        check, "SpiceDB decides, but differs from the database: \(report.example ?? "")",
        remedy: "workspace-worker authorization repair")
    ]
  }
}
