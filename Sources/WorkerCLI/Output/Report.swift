/// What a command prints: its own encoding as JSON for programs, and a text for people.
protocol Report: Encodable {
  var text: String { get }
}

extension OutputOptions {
  func print(_ report: some Report) throws { try print(report, text: report.text) }
}
