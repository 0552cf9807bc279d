import Synchronization

/// Limits how many lines each log statement may write. Shared by all loggers.
///
/// A flood of bad input makes one statement write a line for each message. The first `burst` lines in each window are
/// written, the others are counted, and the statement's next line says how many there were. A statement is identified
/// by its place in the source, so the number of statements is fixed, whatever the input.
package final class LogSampling: Sendable {
  private struct Place: Hashable {
    let file: String
    let line: UInt
  }

  private struct Window {
    var start: ContinuousClock.Instant
    var count = 0
    var suppressed = 0
  }

  private struct State {
    var windows: [Place: Window] = [:]
    var suppressed = 0
  }

  private let state = Mutex(State())
  private let burst: Int
  private let length: Duration
  private let now: @Sendable () -> ContinuousClock.Instant

  /// - Parameters:
  ///   - burst: how many lines a statement may write in a window.
  ///   - length: how long a window lasts. Default: 10 s.
  package init(
    burst: Int, length: Duration = .seconds(10), now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.burst = burst
    self.length = length
    self.now = now
  }

  /// How many lines have been suppressed so far.
  package var suppressedCount: Int { state.withLock { $0.suppressed } }

  /// - Returns: nil if the line is not to be written, else how many lines of its statement were suppressed since the
  ///   last one.
  func admit(file: String, line: UInt) -> Int? {
    let now = now()
    return state.withLock { state in
      let place = Place(file: file, line: line)
      var window = state.windows[place] ?? Window(start: now)
      defer { state.windows[place] = window }
      if now - window.start >= length {
        window.start = now
        window.count = 0
      }
      guard window.count < burst else {
        window.suppressed += 1
        state.suppressed += 1
        return nil
      }
      window.count += 1
      defer { window.suppressed = 0 }
      return window.suppressed
    }
  }
}
