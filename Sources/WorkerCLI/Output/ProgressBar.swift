import Glibc
import Observability

/// Progress on standard error, if that is a terminal.
struct ProgressBar {
  private static let width = 30

  private let label: String
  private let total: Int?
  private let isShown = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now
  private var lastShown: ContinuousClock.Instant?
  private let first: Int

  /// - Parameters:
  ///   - total: the number of things to do; nil if unknown.
  ///   - first: how many were already done before; they don't count for the rate.
  init(label: String, total: Int?, first: Int = 0) {
    self.label = label
    self.first = first
    self.total = total
  }

  /// Shows that `count` are done; at most ten times a second, except for the last one.
  mutating func show(_ count: Int) {
    guard isShown else { return }
    let now = ContinuousClock.now
    if let lastShown, now - lastShown < .milliseconds(100), count != total { return }
    lastShown = now
    StandardError.write("\r\u{1B}[K\(label) \(bar(count))\(rate(count, now - start))")
  }

  func finish() {
    if isShown { StandardError.write("\n") }
  }

  private func bar(_ count: Int) -> String {
    guard let total, total > 0 else { return "\(count)" }
    let filled = min(Self.width, count * Self.width / total)
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
    return "[\(bar)] \(count)/\(total)"
  }

  /// The rate and, if the total is known, the remaining time.
  private func rate(_ count: Int, _ time: Duration) -> String {
    let seconds = time / .seconds(1)
    let done = count - first
    guard seconds > 0.2, done > 0 else { return "" }
    let rate = Double(done) / seconds
    guard let total, total > count else { return "  \(Int(rate))/s" }
    return "  \(Int(rate))/s, \(Int((Double(total - count) / rate).rounded(.up))) s left"
  }
}
