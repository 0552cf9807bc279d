import Logging
import TestFixtures
import Testing
import WorkspaceDomain

@testable import Observability

@Suite struct TextLogHandlerTests {
  private func line(_ message: Logger.Message, _ metadata: Logger.Metadata) -> String {
    let event = LogEvent(
      level: .warning, message: message, metadata: metadata, source: "s", file: "f", function: "g", line: 1)
    return TextLogHandler(label: "worker").line(event, at: .sample)
  }

  @Test func `a line has time, level, logger, message and metadata in order`() {
    #expect(
      line("it happened", ["b": "2", "a": "one two", "c": ""])
        == #"\#(Timestamp.sample) warning worker: it happened a="one two" b=2 c="""# + "\n")
  }

  @Test func `sender-controlled text forges no line or metadata, and controls no terminal`() {
    let text = line(
      "m\u{1B}[31m",
      ["routing_key": "x\n2026-01-01T00:00:00Z info worker: forged", "id": #"a" reason="b"#, "k\n": "\u{9B}\u{202E}"])
    #expect(text.count { $0.isNewline } == 1 && text.hasSuffix("\n"))
    #expect(text.contains(#"m\u{1b}[31m"#) && text.contains(#"routing_key="x\\u{a}2026-01-01"#), "\(text)")
    #expect(text.contains(#"id="a\" reason=\"b""#) && text.contains(#"k\u{a}=\u{9b}\u{202e}"#), "\(text)")
  }
}
