import DeliveryPipeline
import UnitOfWork
import WorkspaceDomain

/// What `dead-letters show` prints.
struct DeadLetterReport: Encodable {
  let letter: DeadLetterListReport.Entry
  let message: Message

  struct Message: Encodable {
    let exchange: BytesReport
    let routingKey: BytesReport
    let properties: [String: PropertyReport]
    /// Nil where there are none.
    let headers: [HeaderReport]?
    let body: BytesReport
  }

  init(_ letter: DeadLetterSummary, _ message: OutboundMessage) {
    self.letter = DeadLetterListReport.Entry(letter)
    let properties = message.properties
    self.message = Message(
      exchange: BytesReport(message.exchange.bytes), routingKey: BytesReport(message.routingKey.bytes),
      properties: PropertyReport.all(of: properties), headers: properties.headers.map(HeaderReport.all),
      body: BytesReport(message.body))
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
    var lines = [
      ("id", letter.id), ("recorded at", letter.recordedAt), ("reason", letter.reason), ("detail", letter.detail),
      ("attempts", "\(letter.attempts)"), ("first failed at", letter.firstFailedAt), ("tenant", letter.tenantID ?? "-"),
      ("command type", letter.commandType ?? "-"), ("command source", letter.commandSource ?? "-"),
      ("command id", letter.commandID ?? "-"), ("queue", letter.queue), ("exchange", message.exchange.text),
      ("routing key", message.routingKey.text),
    ]
    for (name, value) in message.properties.sorted(by: { $0.key < $1.key }) { lines.append((name, value.text)) }
    for header in message.headers ?? [] { lines.append(("header \(header.name.text)", header.value.text)) }
    lines.append(("body", "\(letter.bytes) bytes"))
    let table = lines.map { ["\($0.0):", $0.1.escapingControls(keepingLines: false)] }
    var columns = TextTable(header: table[0])
    for row in table.dropFirst() { columns.add(row) }
    return columns.text + "\n\n" + message.body.text.escapingControls(keepingLines: true)
  }
}
