import Messaging
import Operations
import WorkspaceDomain

/// What `dead-letters show` prints.
struct DeadLetterReport: Report {
  let letter: DeadLetterListReport.Entry
  let message: MessageReport
  let replays: [Replay]

  /// A replay plan that contains the letter.
  struct Replay: Encodable {
    let plan: String
    let `operator`: String
    let reason: String
    let state: String
    let publishedAt: String?
    let outcome: String?
    let outcomeAt: String?
    let isEdited: Bool

    init(_ record: ReplayRecord) {
      plan = record.plan.id.description
      `operator` = record.plan.operatorName
      reason = record.plan.reason
      state = record.state
      publishedAt = record.publishedAt?.description
      outcome = record.outcome
      outcomeAt = record.outcomeAt?.description
      isEdited = record.isEdited
    }

    var text: String {
      let what = isEdited ? "corrected, " : ""
      return "\(what)\(outcome ?? state) \(outcomeAt ?? publishedAt ?? "") in plan \(plan) by \(`operator`): \(reason)"
    }
  }

  init(_ letter: DeadLetterSummary, _ message: AMQPMessage, _ replays: [ReplayRecord]) {
    self.replays = replays.map(Replay.init)
    self.letter = DeadLetterListReport.Entry(letter)
    self.message = MessageReport(message)
  }

  /// The fields of the list, plus the message.
  func encode(to encoder: any Encoder) throws {
    try letter.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(message, forKey: .message)
    try container.encode(replays, forKey: .replays)
  }

  private enum CodingKeys: CodingKey {
    case message, replays
  }

  var text: String {
    let state = letter.discardedBecause.map { "\(letter.state) by \(letter.discardedBy ?? "-"): \($0)" } ?? letter.state
    let fields = [
      ("id", letter.id), ("recorded at", letter.recordedAt), ("reason", letter.reason), ("detail", letter.detail),
      ("attempts", "\(letter.attempts)"), ("first failed at", letter.firstFailedAt), ("tenant", letter.tenantID ?? "-"),
      ("command type", letter.commandType ?? "-"), ("command source", letter.commandSource ?? "-"),
      ("command id", letter.commandID ?? "-"), ("queue", letter.queue),
      ("state", state), ("replay of", letter.replayOf ?? "-"),
    ]
    return message.text(below: fields + replays.map { ("replay", $0.text) })
  }
}
