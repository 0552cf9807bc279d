import ArgumentParser
import Coordination
import PostgresClient
import PostgresStore
import Settings
import SpiceDBAuthorization
import WorkspaceApplication
import WorkspaceDomain

struct AuthorizationVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Compares SpiceDB's relationships with the database, and lists each difference.",
    discussion: """
      Changes not yet replicated are awaited for up to 30 seconds before they count as differences. Exits 0 if there \
      are none, 2 if there are some. `authorization repair` fixes them.
      """)

  /// How many differences are collected before they are rechecked together.
  private static let batch = 500
  private static let patience: Duration = .seconds(30)

  @Option(help: "Compare only one tenant. Default: everything.")
  var tenant: String?
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard tenant == nil || TenantID(tenant ?? "") != nil else { throw ValidationError("--tenant takes a ULID.") }
  }

  func run() async throws {
    try await options.withSpiceDB { spicedb, configuration, servers, logger in
      let connection = try await PostgresConnection.connect(servers.postgres.forReplication(), logger: logger)
      let summary = try await connection.use { connection in
        _ = try await Migrator(connection: connection, logger: logger).verify()
        let tables = PostgresRelationshipTables(on: connection, opensRoot: configuration.authorization.rules.opensRoot)
        return try await verify(RelationshipComparison(of: spicedb, with: tables))
      }
      try output.print(summary, text: summary.text)
      if summary.missing + summary.surplus > 0 { throw ExitCode.no }
    }
  }

  private func verify(_ comparison: RelationshipComparison) async throws -> DifferenceSummary {
    var summary = DifferenceSummary()
    var candidates: [RelationshipDifference] = []
    var progress = ProgressBar(label: "compared", total: nil)
    func confirm() async throws {
      // If the replication takes longer than that, all differences count.
      let confirmed = try await comparison.confirmed(candidates, patience: Self.patience) ?? candidates
      for difference in confirmed {
        let report = DifferenceReport(difference)
        try output.print(report, text: report.text)
        summary.add(difference)
      }
      candidates = []
    }
    func take(_ differences: [RelationshipDifference]) async throws {
      summary.objects += 1
      progress.show(summary.objects)
      candidates += differences
      if candidates.count >= Self.batch { try await confirm() }
    }
    if let tenant = tenant.flatMap({ TenantID($0) }) {
      try await comparison.compare(tenant, take)
    } else {
      try await comparison.compare(take)
    }
    try await confirm()
    progress.finish()
    return summary
  }
}

/// A difference, as printed.
private struct DifferenceReport: Encodable {
  /// `missing` in SpiceDB, or `surplus` there.
  let difference: String
  let relationship: String

  init(_ difference: RelationshipDifference) {
    self.difference =
      switch difference {
      case .missing: "missing"
      case .surplus: "surplus"
      }
    relationship = "\(difference.relationship)"
  }

  var text: String { "\(difference)  \(relationship)" }
}

/// The totals, printed last.
private struct DifferenceSummary: Encodable {
  var objects = 0
  var missing = 0
  var surplus = 0

  mutating func add(_ difference: RelationshipDifference) {
    switch difference {
    case .missing: missing += 1
    case .surplus: surplus += 1
    }
  }

  var text: String {
    "\(objects) objects compared: \(missing) relationships missing in SpiceDB, \(surplus) surplus in it"
  }
}
