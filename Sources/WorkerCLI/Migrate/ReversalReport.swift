import Migrations
import PostgresStore

/// What `migrate down` prints.
struct ReversalReport: Report {
  let reverted: [String]
  /// The number of rows destroyed with the migrations, by table.
  let destroyed: [String: Int]
  /// The number of rows, by table, that reverting would destroy: nothing was reverted.
  let wouldDestroy: [String: Int]?
  private let losses: [DataLoss]

  init(_ reverted: [Migration], _ losses: [DataLoss]) {
    self.reverted = reverted.map(\.fileName)
    self.losses = losses
    destroyed = Self.rows(losses)
    wouldDestroy = nil
  }

  init(refusedBecauseOf losses: [DataLoss]) {
    (reverted, destroyed, self.losses) = ([], [:], [])
    wouldDestroy = Self.rows(losses)
  }

  private static func rows(_ losses: [DataLoss]) -> [String: Int] {
    Dictionary(losses.map { ($0.what, $0.rows) }) { $0 + $1 }
  }

  private enum CodingKeys: CodingKey {
    case reverted, destroyed, wouldDestroy
  }

  var text: String {
    guard !reverted.isEmpty else { return "nothing to do" }
    return (reverted.map { "reverted \($0)" } + losses.map { "destroyed \($0)" }).joined(separator: "\n")
  }
}
