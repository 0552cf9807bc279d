import Operations
import WorkspaceDomain

/// What `dead-letters replay --dry-run` prints.
struct ReplayPredictionReport: Report {
  struct Letter: Encodable {
    let id: String
    let prediction: ReplayPrediction.Outcome
  }

  /// The largest number of letters listed; any more are only counted.
  private static let listed = 1000

  private(set) var total = 0
  private(set) var totals: [String: Int] = [:]
  private(set) var letters: [Letter] = []

  mutating func add(_ id: ULID, _ outcome: ReplayPrediction.Outcome) {
    total += 1
    totals[outcome.rawValue, default: 0] += 1
    if letters.count < Self.listed { letters.append(Letter(id: id.description, prediction: outcome)) }
  }

  var text: String {
    guard total > 0 else { return "no matching letter can be sent" }
    var table = TextTable(header: ["PREDICTION", "LETTERS"])
    for outcome in ReplayPrediction.Outcome.allCases {
      if let count = totals[outcome.rawValue] { table.add([outcome.rawValue, "\(count)"]) }
    }
    table.add(["all", "\(total)"])
    return table.text + "\nnothing was sent"
  }
}
