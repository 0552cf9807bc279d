import ArgumentParser
import Coordination
import PostgresClient
import PostgresStore
import Settings
import SpiceDBAuthorization
import SpiceDBClient
import WorkerRuntime
import WorkspaceApplication

struct AuthorizationRepair: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair", abstract: "Makes SpiceDB's relationships match the database; fills an empty SpiceDB.",
    discussion: """
      The worker continues with commands meanwhile, and replicates their changes afterwards. Can be interrupted and \
      started again: what already matches is only read.
      """)

  /// How long to wait for the replication turn. A replicating worker gives it up after the current page.
  private static let patience: Duration = .seconds(60)

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await options.withSpiceDB { spicedb, configuration, servers, logger in
      let connection = try await PostgresConnection.connect(servers.postgres.forReplication(), logger: logger)
      let report = try await connection.use { connection in
        _ = try await Migrator(connection: connection, logger: logger).verify()
        let outbox = PostgresRelationshipOutbox(on: connection)
        guard try await outbox.takePrecedence(patience: Self.patience) else { throw TurnTaken() }
        let tables = PostgresRelationshipTables(on: connection, opensRoot: configuration.authorization.rules.opensRoot)
        let (report, token) = try await repair(spicedb, from: tables, outbox)
        try await outbox.moveTokens(to: token.token)
        return report
      }
      try output.print(RepairReport(report), text: RepairReport(report).text)
    }
  }

  /// - Returns: the report, and a token of the state after the last write, also if nothing was written: the tenants'
  ///   tokens may be from an earlier SpiceDB, whose relationships were moved to this one.
  private func repair(
    _ spicedb: SpiceDBConnection, from tables: PostgresRelationshipTables, _ outbox: PostgresRelationshipOutbox
  ) async throws -> (RelationshipRepair.Report, ZedToken) {
    var progress = ProgressBar(label: "compared and repaired", total: nil)
    var last: ZedToken?
    var repair = RelationshipRepair(from: tables) { updates in
      last = try await outbox.whileTurnLasts { try await spicedb.write(updates) }
    }
    try await RelationshipComparison(of: spicedb, with: tables).compare { differences in
      try await repair.mend(differences)
      progress.show(repair.report.objects)
    }
    try await repair.flush()
    progress.finish()
    let token = if let last { last } else { try await spicedb.currentToken() }
    return (repair.report, token)
  }
}

/// Another process is repairing, or a worker does not give up the replication turn.
private struct TurnTaken: Error, CustomStringConvertible {
  var description: String { "another process is repairing or replicating relationships: try again later" }
}

/// What `authorization repair` prints.
private struct RepairReport: Encodable {
  let objects: Int
  let added: Int
  let removed: Int

  init(_ report: RelationshipRepair.Report) {
    (objects, added, removed) = (report.objects, report.added, report.removed)
  }

  var text: String {
    "\(objects) objects compared: \(added) relationships added to SpiceDB, \(removed) removed from it"
  }
}
