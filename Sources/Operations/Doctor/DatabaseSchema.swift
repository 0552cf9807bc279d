/// Whether the schema fits this program.
package enum DatabaseSchema: Sendable, Equatable {
  /// All migrations are applied, plus these versions that only a newer program knows.
  case applied(unknown: [Int])
  /// The file names of the migrations that are not applied.
  case pending([String])
  case unusable(String)
  /// The role may not see the schema, or what is recorded of it.
  case forbidden(String)
}

extension DatabaseSchema {
  var finding: Finding {
    let check = "database.migrations"
    return switch self {
    case .applied(let unknown) where unknown.isEmpty: .ok(check, "all are applied")
    case .applied(let unknown):
      .warning(
        check, "all are applied, as are versions \(unknown) of a newer program",
        remedy: "update this program")
    case .pending(let names):
      .problem(check, "pending: \(names.joined(separator: ", "))", remedy: "workspace-worker migrate up")
    case .forbidden(let text): .problem("database.role", text, remedy: "docs/security.md lists the grants")
    case .unusable(let text): .problem(check, text, remedy: "workspace-worker migrate status")
    }
  }
}
