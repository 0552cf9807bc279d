import Migrations

/// The migrations that this program knows, compared with those of a database.
struct MigrationHistory: Sendable {
  let known: [Migration]
  let applied: [AppliedMigration]

  private func state(of migration: Migration) -> MigrationStatus.State {
    guard let row = applied.first(where: { $0.version == migration.version }) else { return .pending }
    let isSame = row.name == migration.name && migration.hasChecksum(row.checksum)
    return isSame ? .applied(at: row.appliedAt) : .edited(at: row.appliedAt)
  }

  /// All migrations of both, by version.
  var statuses: [MigrationStatus] {
    let ours = known.map { MigrationStatus(version: $0.version, name: $0.name, state: state(of: $0)) }
    let theirs = unknown.map { MigrationStatus(version: $0.version, name: $0.name, state: .unknown(at: $0.appliedAt)) }
    return (ours + theirs).sorted { $0.version < $1.version }
  }

  var pending: [Migration] { known.filter { state(of: $0) == .pending } }

  /// The migrations to take back, the last one first, so that those up to `version` stay; nil: only the last one.
  func above(_ version: Int?) throws(MigrationError) -> [Migration] {
    guard let last = applied.map(\.version).max() else { return [] }
    let target = version ?? last - 1
    guard target <= last else { throw .nothingAbove(version: target, lastApplied: last) }
    let versions = Set(applied.map(\.version).filter { $0 > target })
    return known.filter { versions.contains($0.version) }.sorted { $0.version > $1.version }
  }

  private var unknown: [AppliedMigration] {
    applied.filter { row in !known.contains { $0.version == row.version } }
  }

  var unknownVersions: [Int] { unknown.map(\.version) }

  /// Refuses a history with edited, unknown or out-of-order migrations.
  func validate() throws(MigrationError) {
    try validateTexts()
    guard unknownVersions.isEmpty else { throw .unknown(versions: unknownVersions) }
    let last = applied.map(\.version).max() ?? 0
    if let late = pending.first(where: { $0.version < last }) { throw .outOfOrder(late.fileName) }
  }

  func validateTexts() throws(MigrationError) {
    let edited = known.filter { if case .edited = state(of: $0) { true } else { false } }
    guard edited.isEmpty else { throw .edited(edited.map(\.fileName)) }
  }
}
