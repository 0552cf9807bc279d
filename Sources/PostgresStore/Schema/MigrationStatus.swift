package import PostgresClient

/// Where one migration stands in a database.
package struct MigrationStatus: Sendable, Equatable {
  package let version: Int
  package let name: String
  package let state: State

  package enum State: Sendable, Equatable {
    case applied(at: PostgresTimestamp)
    case pending
    /// Applied from another text, or under another name, than this program has.
    case edited(at: PostgresTimestamp)
    /// Applied by a program that knows more than this one.
    case unknown(at: PostgresTimestamp)
  }
}
