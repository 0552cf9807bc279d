import Operations
import WorkspaceDomain

/// What `dead-letters list --group-by` prints.
struct DeadLetterGroupReport: Report {
  let groupedBy: String
  /// The largest first.
  let groups: [Entry]
  /// Whether there are more groups, smaller than these.
  let isTruncated: Bool

  struct Entry: Encodable {
    /// The common property; nil if it could not be read from the messages.
    let value: String?
    let count: Int
    /// RFC 3339.
    let first: String
    let last: String
  }

  init(key: DeadLetterGroup.Key, _ groups: [DeadLetterGroup], limit: Int) {
    groupedBy = key.rawValue
    isTruncated = groups.count > limit
    self.groups = groups.prefix(limit).map {
      Entry(value: $0.value, count: $0.count, first: $0.first.description, last: $0.last.description)
    }
  }

  var text: String {
    guard !groups.isEmpty else { return "no dead letters" }
    var table = TextTable(header: [groupedBy.uppercased(), "COUNT", "FIRST", "LAST"])
    for entry in groups { table.add([entry.value ?? "-", "\(entry.count)", entry.first, entry.last]) }
    return isTruncated ? table.text + "\nthere are more, smaller groups: --limit takes up to 1000" : table.text
  }
}
