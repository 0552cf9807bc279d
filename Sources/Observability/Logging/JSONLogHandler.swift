import FoundationEssentials
import Glibc
package import Logging
import WorkspaceDomain

/// Writes each log event as one line of JSON to standard error: `time` (RFC 3339, UTC), `level`, `logger`, `message`,
/// then the metadata under its own keys.
package struct JSONLogHandler: LogHandler {
  package var logLevel: Logger.Level = .info
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?

  private let label: String

  package init(label: String, metadataProvider: Logger.MetadataProvider? = nil) {
    self.label = label
    self.metadataProvider = metadataProvider
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let now = Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    StandardError.write(line(event, at: now))
  }

  /// The line of an event, with its line feed.
  func line(_ event: LogEvent, at now: Timestamp) -> [UInt8] {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
    if let own = event.metadata { all.merge(own) { _, new in new } }
    if let error = event.error { all["error"] = "\(error)" }
    let head: [(String, Logger.MetadataValue)] = [
      ("time", "\(now)"), ("level", "\(event.level)"), ("logger", "\(label)"), ("message", "\(event.message)"),
    ]
    let taken = Set(head.map(\.0))
    // Metadata never overrides the line's own keys.
    let rest = all.filter { !taken.contains($0.key) }.sorted { $0.key < $1.key }
    var line: [UInt8] = Array("{".utf8)
    for (index, (key, value)) in (head + rest.map { ($0.key, $0.value) }).enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      line += Self.json(.string(key))
      line.append(UInt8(ascii: ":"))
      line += Self.json(value)
    }
    line += Array("}\n".utf8)
    return line
  }

  private static func json(_ value: Logger.MetadataValue) -> [UInt8] {
    switch value {
    case .string(let text): (try? Array(JSONEncoder.log.encode(text))) ?? Array("\"\"".utf8)
    case .stringConvertible(let value): json(.string("\(value)"))
    case .array(let values): Array("[".utf8) + values.map(json).joined(separator: Array(",".utf8)) + Array("]".utf8)
    case .dictionary(let members):
      Array("{".utf8)
        + members.sorted { $0.key < $1.key }.map { json(.string($0.key)) + Array(":".utf8) + json($0.value) }
        .joined(separator: Array(",".utf8)) + Array("}".utf8)
    }
  }
}

extension JSONEncoder {
  fileprivate static var log: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return encoder
  }
}
