import Logging
import Observability
import Synchronization
import TestFixtures
import Testing

@Suite struct SamplingTests {
  private final class Recorder: LogHandler, Sendable {
    let lines = Mutex<[String]>([])
    var logLevel: Logger.Level {
      get { .trace }
      set {}
    }
    var metadata: Logger.Metadata {
      get { [:] }
      set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { nil }
      set {}
    }
    func log(event: LogEvent) {
      lines.withLock { $0.append("\(event.message) \(event.metadata?["suppressed"].map { "+\($0)" } ?? "")") }
    }
  }

  @Test func `a call site logs its burst, then the number of suppressed lines; other call sites are not affected`() {
    let (recorder, clock) = (Recorder(), ManualClock())
    let sampling = LogSampling(burst: 2, length: .seconds(10), now: clock.now)
    let logger = Logger(label: "test") { _ in SamplingLogHandler(recorder, sampling: sampling) }
    func write(_ text: String) { logger.info("\(text)") }
    for number in 1...5 { write("\(number)") }
    logger.info("another place")
    #expect(recorder.lines.withLock { $0 } == ["1 ", "2 ", "another place "])
    #expect(sampling.suppressedCount == 3)
    clock.advance(by: .seconds(10))
    write("6")
    write("7")
    #expect(recorder.lines.withLock { $0.suffix(2) } == ["6 +3", "7 "])
    #expect(sampling.suppressedCount == 3)
  }
}
