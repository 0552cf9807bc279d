import Operations

/// The summary printed by `send`.
extension SendSummary: Report {
  var text: String {
    var lines = ["sent: \(sent)"]
    if !results.isEmpty {
      var table = TextTable(header: ["RESULT", "COUNT"])
      for (type, count) in results.sorted(by: { $0.key < $1.key }) { table.add([type, "\(count)"]) }
      for (code, count) in codes.sorted(by: { $0.key < $1.key }) { table.add(["  \(code)", "\(count)"]) }
      lines.append(table.text)
    }
    if unanswered > 0 { lines.append("without a result: \(unanswered)") }
    return lines.joined(separator: "\n")
  }
}
