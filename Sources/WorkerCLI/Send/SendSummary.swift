/// What became of the commands that were sent.
struct SendSummary: Encodable {
  /// Commands that the broker confirmed.
  var sent = 0
  /// Numbers of results by their type.
  var results: [String: Int] = [:]
  /// Numbers of rejections and failures by their code.
  var codes: [String: Int] = [:]
  /// Commands whose result was waited for in vain.
  var unanswered = 0

  /// How many results have a type that ends so.
  func count(ending suffix: String) -> Int { results.reduce(0) { $0 + ($1.key.hasSuffix(suffix) ? $1.value : 0) } }

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
