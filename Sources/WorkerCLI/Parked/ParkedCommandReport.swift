import Messaging
import Operations
import UnitOfWork

/// What `parked show` prints.
struct ParkedCommandReport: Report {
  let command: ParkedCommandListReport.Entry
  let message: MessageReport

  init(_ entry: ParkedEntry) {
    command = ParkedCommandListReport.Entry(ParkedCommandSummary(entry))
    message = MessageReport(entry.command.message)
  }

  /// The fields of the list, plus the message.
  func encode(to encoder: any Encoder) throws {
    try command.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(message, forKey: .message)
  }

  private enum CodingKeys: CodingKey {
    case message
  }

  var text: String {
    message.text(below: [
      ("id", "\(command.id)"), ("tenant", command.tenantID), ("command type", command.commandType),
      ("command source", command.commandSource), ("command id", command.commandID), ("parked at", command.parkedAt),
      ("failures", "\(command.failures)"), ("first failed at", command.firstFailedAt ?? "-"),
      ("last failed at", command.lastFailedAt ?? "-"), ("error", command.error ?? "-"), ("state", command.state),
      ("dead letter because", command.deadLetterRequest ?? "-"),
    ])
  }
}
