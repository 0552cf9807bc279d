import Messaging
import MessageContract
import PostgresStore
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// What would become of letters that are sent again, as far as that can be told without carrying them out: business rules
/// speak when a command runs.
struct ReplayPrediction {
  private static let page = 200

  let ledger: PostgresDeadLetters
  let store: PostgresUnitOfWorkStore
  let decoder: CommandDecoder

  enum Outcome: String, Encodable, CaseIterable {
    /// Nothing with its id has been carried out.
    case wouldApply = "would_apply"
    /// It has been carried out: it would get its answer again, and change nothing.
    case alreadyApplied = "already_applied"
    /// Another command has its id.
    case conflict
    /// It is no command.
    case stillInvalid = "still_invalid"
  }

  func report(_ filter: DeadLetterFilter) async throws -> ReplayPredictionReport {
    var report = ReplayPredictionReport()
    var last: ULID?
    while true {
      let letters = try await ledger.messages(filter, before: last, limit: Self.page)
      guard let end = letters.last?.id else { return report }
      for (letter, outcome) in zip(letters, try await predict(letters)) { report.add(letter.id, outcome) }
      last = end
    }
  }

  private func predict(_ letters: [ReplayLetter]) async throws -> [Outcome] {
    let commands = letters.map { letter in
      try? decoder.decode(letter.message.body, letter.message.properties)
    }
    var readSet = ReadSet()
    readSet.inbox = Set(commands.compactMap { $0.map { InboxQuestion(key: $0.context.key, fingerprint: $0.fingerprint) } })
    let inbox = try await store.begin(readSet).inbox
    try await store.rollback()
    return commands.map { command in
      guard let command else { return .stillInvalid }
      guard let known = inbox[command.context.key] else { return .wouldApply }
      guard known.fingerprint.matches(command.fingerprint) else { return .conflict }
      return known.isFailure ? .wouldApply : .alreadyApplied
    }
  }
}

/// What `replay --dry-run` prints.
struct ReplayPredictionReport: Encodable {
  struct Letter: Encodable {
    let id: String
    let prediction: ReplayPrediction.Outcome
  }

  /// More are only counted.
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
    guard total > 0 else { return "no letter matches that could be sent" }
    var table = TextTable(header: ["PREDICTION", "LETTERS"])
    for outcome in ReplayPrediction.Outcome.allCases {
      if let count = totals[outcome.rawValue] { table.add([outcome.rawValue, "\(count)"]) }
    }
    table.add(["all", "\(total)"])
    return table.text + "\nnothing was sent"
  }
}
