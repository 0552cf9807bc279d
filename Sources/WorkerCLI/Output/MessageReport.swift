import Messaging
import Observability

/// A complete message, as printed.
struct MessageReport: Encodable {
  let exchange: BytesReport
  let routingKey: BytesReport
  let properties: [String: PropertyReport]
  /// Nil if there are none.
  let headers: [HeaderReport]?
  let body: BytesReport

  init(_ message: AMQPMessage) {
    let properties = message.properties
    exchange = BytesReport(message.exchange.bytes)
    routingKey = BytesReport(message.routingKey.bytes)
    self.properties = PropertyReport.all(of: properties)
    headers = properties.headers.map(HeaderReport.all)
    body = BytesReport(message.body)
  }

  /// How many bytes of a body are shown to people; JSON output has all of it.
  private static let shownBytes = 64 << 10

  /// For people: `lines`, which are names with values, then those of the message, then the body.
  func text(below lines: [(String, String)]) -> String {
    var lines = lines + [("exchange", exchange.text), ("routing key", routingKey.text)]
    for (name, value) in properties.sorted(by: { $0.key < $1.key }) { lines.append((name, value.text)) }
    for header in headers ?? [] { lines.append(("header \(header.name.text)", header.value.text)) }
    lines.append(("body", "\(body.bytes.count) bytes"))
    let table = lines.map { ["\($0.0):", $0.1.escapingControls(keepingLines: false)] }
    var columns = TextTable(header: table[0])
    for row in table.dropFirst() { columns.add(row) }
    return columns.text + "\n\n" + shownBody.escapingControls(keepingLines: true)
  }

  private var shownBody: String {
    guard body.bytes.count > Self.shownBytes else { return body.text }
    // Cutting within a character would make the text invalid.
    let cuts = (0...3).lazy.map { Array(body.bytes.prefix(Self.shownBytes - $0)) }
    let shown = cuts.first { String(validating: $0, as: UTF8.self) != nil } ?? Array(body.bytes.prefix(Self.shownBytes))
    return BytesReport(shown).text + "\n... \(body.bytes.count - shown.count) more bytes: --format json has all of them"
  }
}
