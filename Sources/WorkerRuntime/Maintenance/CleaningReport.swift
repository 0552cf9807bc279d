import Logging
import UnitOfWork

/// What cleaning has removed since the last log line about it.
struct CleaningReport {
  private let table: String
  private var removed = 0
  private var steps = 0
  private var start = ContinuousClock.now

  init(table: String) { self.table = table }

  var age: Duration { .now - start }

  mutating func add(_ count: Int) {
    removed += count
    steps += 1
  }

  /// Logs what was removed, if anything, and starts over.
  mutating func log(to logger: Logger) {
    if removed > 0 {
      logger.info(
        "expired entries were removed",
        metadata: [
          "table": "\(table)", "count": "\(removed)", "steps": "\(steps)", "duration_ms": "\(age.milliseconds)",
        ])
    }
    self = CleaningReport(table: table)
  }
}
