import PostgresStore
import UnitOfWork
import WorkspaceDomain

/// What `parked list` prints.
struct ParkedLineListReport: Encodable {
  let lines: [Line]
  /// What `--after` takes for the next page; nil on the last one.
  let next: String?

  struct Line: Encodable {
    let tenantID: String
    /// Commands in the line.
    let count: Int
    let first: ParkedCommandListReport.Entry
  }

  init(_ lines: [(first: PostgresParkedCommands.ListedCommand, count: Int)], hasMore: Bool) {
    self.lines = lines.map { line in
      let (entry, bytes) = line.first
      return Line(tenantID: entry.command.tenantID.description, count: line.count, first: .init(entry, bytes: bytes))
    }
    next = hasMore ? self.lines.last?.tenantID : nil
  }

  var text: String {
    guard !lines.isEmpty else { return "no parked commands" }
    var table = TextTable(header: ["TENANT", "COMMANDS", "FIRST", "FAILURES", "STATE", "ERROR"])
    for line in lines {
      let first = line.first
      table.add([line.tenantID, "\(line.count)", "\(first.id)", "\(first.failures)", first.state, first.error ?? "-"])
    }
    return table.text + (next.map { "\nmore: --after \($0)" } ?? "")
  }
}
