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

  init(_ lines: [(first: ParkedEntry, count: Int)], hasMore: Bool) {
    self.lines = lines.map { line in
      Line(tenantID: line.first.command.tenantID.description, count: line.count, first: .init(line.first))
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
