package import PostgresClient

/// The status of one migration in a database.
package struct MigrationStatus: Sendable, Equatable {
  package let version: Int
  package let name: String
  package let state: State

  package enum State: Sendable, Equatable {
    case applied(at: PostgresTimestamp)
    case pending
    /// Applied from another text or under another name than this program has.
    case edited(at: PostgresTimestamp)
    /// Applied by a newer program; this one does not know it.
    case unknown(at: PostgresTimestamp)
  }
}
