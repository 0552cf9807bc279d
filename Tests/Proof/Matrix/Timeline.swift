import TestSupport

/// What happened when in a run: for people, if a promise was broken.
struct Timeline: Sendable {
  private struct Entry: Sendable {
    let time: ContinuousClock.Instant
    let text: String
  }

  private let start = ContinuousClock.now
  private let entries = Watched<[Entry]>([])
  private let confirmations = Watched<[String: ContinuousClock.Instant]>([:])

  func note(_ text: String) { entries.update { $0.append(Entry(time: .now, text: text)) } }

  /// Only the first time counts.
  func noteConfirmation(of commands: [String]) {
    let now = ContinuousClock.now
    confirmations.update { known in
      for command in commands where known[command] == nil { known[command] = now }
    }
  }

  /// One line for each thing that happened, in order.
  var lines: [String] { entries.value.map { "\(seconds($0.time)) \($0.text)" } }

  /// When the broker confirmed a command, and when each copy of its result, reply and event arrived.
  func line(about command: String, in evidence: Evidence) -> String {
    func times(_ messages: [Evidence.Message]) -> String {
      let found = messages.filter { $0.command == command }
      guard !found.isEmpty else { return "never" }
      return found.map { $0.arrival.map(seconds) ?? "at an unknown time" }.joined(separator: ", ")
    }
    let confirmed = confirmations.value[command].map(seconds) ?? "never"
    return "command \(command): confirmed \(confirmed); results \(times(evidence.results)); "
      + "replies \(times(evidence.replies)); events \(times(evidence.events))"
  }

  private func seconds(_ time: ContinuousClock.Instant) -> String {
    let milliseconds = (time - start) / .milliseconds(1)
    return "\((milliseconds / 1000 * 1000).rounded() / 1000) s"
  }
}
