import Operations
import UnitOfWork
import WorkspaceDomain

/// What `dead-letters list` prints.
struct DeadLetterListReport: Report {
  let deadLetters: [Entry]
  /// The value of `--after` for the next page; nil on the last one.
  let next: String?

  struct Entry: Encodable {
    let id: String
    let queue: String
    /// RFC 3339.
    let recordedAt: String
    let reason: String
    let detail: String
    let attempts: Int
    let firstFailedAt: String
    let tenantID: String?
    let commandType: String?
    let commandSource: String?
    let commandID: String?
    let bytes: Int
    /// `open`, `replayed` or `discarded`.
    let state: String
    let discardedAt: String?
    let discardedBy: String?
    let discardedBecause: String?
    /// The letter whose replay resulted in this one.
    let replayOf: String?

    init(_ letter: DeadLetterSummary) {
      id = letter.id.description
      queue = letter.queue
      recordedAt = letter.recordedAt.description
      reason = letter.reason
      detail = letter.detail
      attempts = letter.attempts.count
      firstFailedAt = letter.attempts.first.description
      tenantID = letter.subject.tenantID?.description
      commandType = letter.subject.commandType
      commandSource = letter.subject.commandSource
      commandID = letter.subject.commandID
      bytes = letter.bytes
      state = letter.state.rawValue
      discardedAt = letter.discarding?.at.description
      discardedBy = letter.discarding?.by
      discardedBecause = letter.discarding?.because
      replayOf = letter.replayOf?.description
    }
  }

  init(_ page: Page<DeadLetterSummary>) {
    deadLetters = page.elements.map(Entry.init)
    next = page.hasMore ? deadLetters.last?.id : nil
  }

  var text: String {
    guard !deadLetters.isEmpty else { return "no dead letters" }
    var table = TextTable(header: ["ID", "RECORDED AT", "REASON", "TYPE", "TENANT", "STATE"])
    for entry in deadLetters {
      table.add([
        entry.id, entry.recordedAt, entry.reason, entry.commandType ?? "-", entry.tenantID ?? "-", entry.state,
      ])
    }
    return table.text + (next.map { "\nmore: --after \($0)" } ?? "")
  }
}
