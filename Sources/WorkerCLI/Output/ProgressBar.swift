import Glibc
import Observability

/// Progress on standard error, where that is a terminal.
struct ProgressBar {
  private static let width = 30

  private let label: String
  private let total: Int?
  private let isShown = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now
  private var lastShown: ContinuousClock.Instant?

  /// - Parameter total: nil where the end is not known.
  init(label: String, total: Int?) {
    self.label = label
    self.total = total
  }

  /// Shows that `count` are done; at most ten times a second.
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

  private func rate(_ count: Int, _ time: Duration) -> String {
    let seconds = time / .seconds(1)
    return seconds > 0.2 ? "  \(Int(Double(count) / seconds))/s" : ""
  }
}
