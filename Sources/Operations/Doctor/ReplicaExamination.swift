import UnitOfWork

/// Examines SpiceDB: endpoint, key, schema, and how far behind it is.
package struct ReplicaExamination: Examination {
  /// A longer lag means that something is wrong.
  private static let usualLag: Duration = .seconds(60)

  private let replica: any ExaminedReplica
  private let source: any ReplicationLagSource

  package init(_ replica: any ExaminedReplica, lag source: any ReplicationLagSource) {
    self.replica = replica
    self.source = source
  }

  package func findings() async -> [Finding] { await [schema()] + lag() }

  private func schema() async -> Finding {
    let check = "authorization.schema"
    do throws(ReplicaObstacle) {
      switch try await replica.schema() {
      case .expected: return .ok(check, "SpiceDB at \(replica.address) has the schema that is needed")
      case .missing: return .problem(check, "SpiceDB at \(replica.address) has no schema", remedy: Self.apply)
      case .different(let difference):
        return .problem(check, "SpiceDB at \(replica.address) has another schema: \(difference)", remedy: Self.apply)
      }
    } catch {
      return failure(error)
    }
  }

  private static let apply = "workspace-worker authorization schema --apply"

  private func failure(_ obstacle: ReplicaObstacle) -> Finding {
    switch obstacle {
    case .loginRefused(let text):
      .problem("authorization.token", text, remedy: "put the key of SpiceDB into authorization.spicedb.token_file")
    case .unreachable(let text):
      .problem(
        "authorization.spicedb", text,
        remedy: "start SpiceDB, or correct authorization.spicedb.endpoint, .ca_file and .insecure; what commands change waits")
    }
  }

  /// None if the database can't be queried: that is another finding.
  private func lag() async -> [Finding] {
    guard let lag = try? await source.lag() else { return [] }
    let check = "authorization.lag"
    let detail = "\(lag.count) commits are waiting to be replicated, the oldest for \(Int(lag.age / .seconds(1))) s"
    guard lag.age > Self.usualLag else { return [.ok(check, detail)] }
    return [.warning(check, detail, remedy: "an active worker replicates; its log says what prevents it")]
  }
}
