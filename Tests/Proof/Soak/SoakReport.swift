/// The result of a soak.
package struct SoakReport: Sendable, CustomStringConvertible {
  package let violations: [Violation]
  private let settings: SoakSettings
  private let log: SoakLog
  private let ledger: SoakLedger
  private let confirmed: Int
  private let start: ContinuousClock.Instant
  private let endurances: [Endurance]

  init(_ settings: SoakSettings, _ log: SoakLog, _ ledger: SoakLedger, confirmed: Int, start: ContinuousClock.Instant) {
    self.settings = settings
    self.log = log
    self.ledger = ledger
    self.confirmed = confirmed
    self.start = start
    endurances = Dictionary(grouping: log.samples, by: \.pid).values.compactMap(Endurance.init).sorted {
      $0.pid < $1.pid
    }
    violations = ledger.violations + endurances.filter { !$0.isFlat }.map { .growth(pid: Int($0.pid)) }
  }

  package var description: String {
    [summary, minutes, faults, processes, verdict].joined(separator: "\n\n")
  }

  private var summary: String {
    """
    \(Int(settings.duration / .seconds(60))) minutes at \(settings.rate) commands a second, seed \(settings.seed): \
    \(confirmed) commands of \(settings.tenants) tenants confirmed, \(ledger.answered) answered, \
    \(ledger.announced) events, \(ledger.repetitions) repetitions of results and events seen.
    """
  }

  private var minutes: String {
    let rows = stride(from: 0, to: log.answered.count, by: 60).map { start in
      let end = min(start + 60, log.answered.count)
      let samples = log.samples.filter { $0.isActive && $0.second > start && $0.second <= end }
      let before = start == 0 ? 0 : log.answered[start - 1]
      return [
        "\(start / 60 + 1)", "\((log.answered[end - 1] - before) / (end - start))",
        range(samples.map { Int($0.memory.rounded()) }), range(samples.map(\.descriptors)),
      ]
    }
    return table(["minute", "commands/s", "active worker: RSS, MiB", "descriptors"], rows)
  }

  private var faults: String {
    let rows = log.faults.enumerated().map { index, fault in
      let next = index + 1 < log.faults.count ? log.faults[index + 1].began : .now
      let pause = ledger.pauses.filter { $0.end > fault.began && $0.start < next }.map(\.duration).max()
      return [
        "\(Int((fault.began - start) / .seconds(1))) s", fault.kind.rawValue, pause.map(seconds) ?? "below 0.25 s",
      ]
    }
    return table(["at", "fault", "longest time without a result"], rows)
  }

  private var processes: String {
    table(
      ["process", "active after warm-up", "RSS, first and last minute", "descriptors", ""],
      endurances.map {
        [
          "\($0.pid)", "\($0.seconds) s", "\(Int($0.firstMemory)) and \(Int($0.lastMemory)) MiB",
          "\($0.firstDescriptors) and \($0.lastDescriptors)", $0.isFlat ? "flat" : "GROWS",
        ]
      })
  }

  private var verdict: String {
    (violations.summary + ["\(violations.count) violations"]).joined(separator: "\n")
  }

  private func range(_ values: [Int]) -> String {
    guard let low = values.min(), let high = values.max() else { return "" }
    return low == high ? "\(low)" : "\(low)-\(high)"
  }

  private func seconds(_ duration: Duration) -> String { "\(Double(duration / .milliseconds(100)).rounded() / 10) s" }

  private func table(_ header: [String], _ rows: [[String]]) -> String {
    ([header, header.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }.joined(
      separator: "\n")
  }
}
