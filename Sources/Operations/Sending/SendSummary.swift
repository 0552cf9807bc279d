/// The results of the commands that were sent.
package struct SendSummary: Encodable, Sendable {
  /// Commands that the broker confirmed.
  package internal(set) var sent = 0
  /// Numbers of results by their type.
  package internal(set) var results: [String: Int] = [:]
  /// Numbers of rejections and failures by their code.
  package internal(set) var codes: [String: Int] = [:]
  /// Commands whose result did not come.
  package internal(set) var unanswered = 0

  /// How many results have a type that ends in `suffix`.
  package func count(ending suffix: String) -> Int {
    results.reduce(0) { $0 + ($1.key.hasSuffix(suffix) ? $1.value : 0) }
  }
}

extension SendSummary {
  mutating func count(_ result: SentResult) {
    results[result.type, default: 0] += 1
    if let code = result.code { codes[code, default: 0] += 1 }
  }
}
