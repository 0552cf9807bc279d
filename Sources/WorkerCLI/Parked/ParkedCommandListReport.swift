import Operations
import UnitOfWork
import WorkspaceDomain

/// What `parked list --tenant` prints.
struct ParkedCommandListReport: Report {
  let commands: [Entry]
  /// The value of `--after` for the next page; nil on the last one.
  let next: Int64?

  struct Entry: Encodable {
    let id: Int64
    let tenantID: String
    let commandType: String
    let commandSource: String
    let commandID: String
    /// RFC 3339.
    let parkedAt: String
    let failures: Int
    let firstFailedAt: String?
    let lastFailedAt: String?
    let error: String?
    /// When the command is tried next; nil for one that waits behind another.
    let dueAt: String?
    /// Why an operator has requested that the command become a dead letter.
    let deadLetterRequest: String?
    let bytes: Int
    /// What happens to the command next; only in the text for people.
    let state: String

    private enum CodingKeys: CodingKey {
      case id, tenantID, commandType, commandSource, commandID, parkedAt, failures, firstFailedAt, lastFailedAt, error,
        dueAt
      case deadLetterRequest, bytes
    }

    init(_ summary: ParkedCommandSummary) {
      let (entry, command) = (summary.entry, summary.entry.command)
      bytes = summary.bytes
      state = summary.turn.text
      id = entry.id.number
      tenantID = command.tenantID.description
      commandType = command.type
      commandSource = command.source
      commandID = command.commandID
      parkedAt = command.parkedAt.description
      failures = command.failures?.count ?? 0
      firstFailedAt = command.failures?.first.description
      lastFailedAt = command.failures?.last.description
      error = command.failures?.error
      dueAt = command.dueAt?.description
      deadLetterRequest = entry.deadLetterRequest
    }
  }

  init(_ page: Page<ParkedCommandSummary>) {
    commands = page.elements.map(Entry.init)
    next = page.hasMore ? commands.last?.id : nil
  }

  var text: String {
    guard !commands.isEmpty else { return "no parked commands" }
    var table = TextTable(header: ["ID", "PARKED AT", "TYPE", "FAILURES", "STATE", "ERROR"])
    for entry in commands {
      table.add([
        "\(entry.id)", entry.parkedAt, entry.commandType, "\(entry.failures)", entry.state, entry.error ?? "-",
      ])
    }
    return table.text + (next.map { "\nmore: --after \($0)" } ?? "")
  }
}

extension ParkedCommandSummary.Turn {
  fileprivate var text: String {
    switch self {
    case .deadLetter: "to the dead letters"
    case .waits: "waits"
    case .dueNow: "due now"
    case .due(let time): "due \(time)"
    }
  }
}
