import DeliveryPipeline
import UnitOfWork
import WorkspaceDomain

/// What `dead-letters show` prints.
struct DeadLetterReport: Encodable {
  let letter: DeadLetterListReport.Entry
  let message: MessageReport

  init(_ letter: DeadLetterSummary, _ message: OutboundMessage) {
    self.letter = DeadLetterListReport.Entry(letter)
    self.message = MessageReport(message)
  }

  /// What the list says, and the message beside it.
  func encode(to encoder: any Encoder) throws {
    try letter.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(message, forKey: .message)
  }

  private enum CodingKeys: CodingKey {
    case message
  }

  var text: String {
    message.text(below: [
      ("id", letter.id), ("recorded at", letter.recordedAt), ("reason", letter.reason), ("detail", letter.detail),
      ("attempts", "\(letter.attempts)"), ("first failed at", letter.firstFailedAt), ("tenant", letter.tenantID ?? "-"),
      ("command type", letter.commandType ?? "-"), ("command source", letter.commandSource ?? "-"),
      ("command id", letter.commandID ?? "-"), ("queue", letter.queue),
    ])
  }
}
