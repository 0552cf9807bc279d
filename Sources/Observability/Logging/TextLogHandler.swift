import Glibc
package import Logging
import WorkspaceDomain

/// Writes each log event as one line of text for people to standard error: time (RFC 3339, UTC), level, logger,
/// message, then the metadata. Routing keys, ids and error texts come from outside, and are escaped: none of them can
/// start a line, look like other metadata, or control the terminal.
package struct TextLogHandler: LogHandler {
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
  func line(_ event: LogEvent, at now: Timestamp) -> String {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
    if let own = event.metadata { all.merge(own) { _, new in new } }
    if let error = event.error { all["error"] = "\(error)" }
    let fields = all.sorted { $0.key < $1.key }.map { key, value in "\(Self.plain(key))=\(Self.quoted("\(value)"))" }
    let head = "\(now) \(event.level) \(Self.plain(label)): \(Self.plain("\(event.message)"))"
    return ([head] + fields).joined(separator: " ") + "\n"
  }

  private static func plain(_ text: String) -> String { text.escapingControls(keepingLines: false) }

  /// The text, in quotation marks if it isn't a single word.
  private static func quoted(_ text: String) -> String {
    let plain = plain(text)
    guard plain.isEmpty || plain.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "=" }) else { return plain }
    return "\"" + plain.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
