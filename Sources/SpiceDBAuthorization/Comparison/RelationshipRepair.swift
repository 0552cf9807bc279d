package import SpiceDBClient
package import UnitOfWork

/// Repairs differences in SpiceDB, in the order in which they are found, with as many as possible in each write.
///
/// No other process may write relationships meanwhile: the session of the tables must hold the replication turn, and a
/// sign of life from it precedes each write. Changes committed meanwhile wait, and are replicated afterwards.
package struct RelationshipRepair {
  /// What was repaired.
  package struct Report: Sendable, Equatable {
    /// Objects compared.
    package var objects = 0
    package var added = 0
    package var removed = 0
  }

  private let tables: any RelationshipTables
  private let write: ([RelationshipUpdate]) async throws -> Void
  private var batch: [RelationshipUpdate] = []
  package private(set) var report = Report()

  /// - Parameters:
  ///   - tables: what SpiceDB is compared with.
  ///   - write: writes up to 1,000 changes to SpiceDB.
  package init(
    from tables: any RelationshipTables, _ write: @escaping ([RelationshipUpdate]) async throws -> Void
  ) {
    self.tables = tables
    self.write = write
  }

  /// Adds the differences of one object, and writes each batch that becomes full. A relationship must not be passed
  /// twice.
  package mutating func mend(_ differences: [RelationshipDifference]) async throws {
    report.objects += 1
    for difference in differences {
      batch.append(difference.remedy)
      if batch.count == SpiceDBLimits.updates { try await flush() }
    }
  }

  /// Writes the incomplete last batch. Must be called at the end.
  package mutating func flush() async throws {
    guard !batch.isEmpty else { return }
    try await tables.ping()
    try await write(batch)
    let added = batch.count { if case .touch = $0 { true } else { false } }
    report.added += added
    report.removed += batch.count - added
    batch = []
  }
}
