import Operations
import WorkspaceDomain

/// What `dead-letters list --group-by` prints.
struct DeadLetterGroupReport: Report {
  let groupedBy: String
  let groups: [Entry]

  struct Entry: Encodable {
    /// The common property; nil if it could not be read from the messages.
    let value: String?
    let count: Int
    /// RFC 3339.
    let first: String
    let last: String
  }

  init(key: DeadLetterGroup.Key, _ groups: [DeadLetterGroup]) {
    groupedBy = key.rawValue
    self.groups = groups.map {
      Entry(value: $0.value, count: $0.count, first: $0.first.description, last: $0.last.description)
    }
  }

  var text: String {
    guard !groups.isEmpty else { return "no dead letters" }
    var table = TextTable(header: [groupedBy.uppercased(), "COUNT", "FIRST", "LAST"])
    for entry in groups { table.add([entry.value ?? "-", "\(entry.count)", entry.first, entry.last]) }
    return table.text
  }
}
