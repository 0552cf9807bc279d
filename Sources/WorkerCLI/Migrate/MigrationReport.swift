import PostgresClient
import PostgresStore
import WorkspaceDomain

/// What `migrate status` prints.
struct MigrationReport: Report {
  let migrations: [Entry]

  struct Entry: Encodable {
    let version: Int
    let name: String
    /// `applied`, `pending`, `edited` or `unknown`.
    let state: String
    /// RFC 3339.
    let appliedAt: String?
  }

  init(_ statuses: [MigrationStatus]) {
    migrations = statuses.map { status in
      let (state, time): (String, PostgresTimestamp?) =
        switch status.state {
        case .applied(let time): ("applied", time)
        case .pending: ("pending", nil)
        case .edited(let time): ("edited", time)
        case .unknown(let time): ("unknown", time)
        }
      return Entry(
        version: status.version, name: status.name, state: state,
        appliedAt: time.map { Timestamp(milliseconds: $0.milliseconds).description })
    }
  }

  var hasPending: Bool { migrations.contains { $0.state == "pending" } }
  /// Whether applied migrations differ from this program's. Unknown ones are those of a later version.
  var hasProblems: Bool { migrations.contains { $0.state == "edited" } }

  var text: String {
    var table = TextTable(header: ["VERSION", "NAME", "STATE", "APPLIED AT"])
    for entry in migrations { table.add(["\(entry.version)", entry.name, entry.state, entry.appliedAt ?? ""]) }
    return table.text
  }
}
