import Operations
import WorkspaceDomain

/// What `parked list` prints.
struct ParkedLineListReport: Report {
  let lines: [Line]
  /// The value of `--after` for the next page; nil on the last one.
  let next: String?

  struct Line: Encodable {
    let tenantID: String
    /// The number of commands in the line.
    let count: Int
    let first: ParkedCommandListReport.Entry
  }

  init(_ page: Page<ParkedLineSummary>) {
    lines = page.elements.map { Line(tenantID: $0.tenantID.description, count: $0.count, first: .init($0.first)) }
    next = page.hasMore ? lines.last?.tenantID : nil
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
