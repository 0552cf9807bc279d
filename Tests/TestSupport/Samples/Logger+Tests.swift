package import Logging
import Synchronization

extension Logger {
  /// Discards everything, for tests that don't look at the log.
  package static var silent: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}

/// Records log entries, for tests that look at the log.
package final class LogRecorder: Sendable {
  package struct Entry: Sendable {
    package let level: Logger.Level
    package let message: String
    package let metadata: [String: String]
  }

  private let recorded = Mutex<[Entry]>([])

  package init() {}

  package var entries: [Entry] { recorded.withLock(\.self) }

  package var logger: Logger {
    var logger = Logger(label: "tests") { _ in Handler(recorder: self) }
    logger.logLevel = .trace
    return logger
  }

  private struct Handler: LogHandler {
    let recorder: LogRecorder
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let values = metadata.merging(event.metadata ?? [:]) { _, new in new }.mapValues(\.description)
      recorder.recorded.withLock {
        $0.append(Entry(level: event.level, message: event.message.description, metadata: values))
      }
    }
  }
}
