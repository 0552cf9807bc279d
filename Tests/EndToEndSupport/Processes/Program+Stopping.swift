import Foundation
import TestSupport

extension Program {
  /// Waits until a SIGSTOP has reached every thread of it.
  package func isStopped() async throws {
    try await Patience.poll(for: "process \(pid) is stopped") {
      let states = threadStates
      return !states.isEmpty && states.allSatisfy { $0 == "T" }
    }
  }

  /// As named by proc(5); none for a process that is gone.
  private var threadStates: [Character] {
    let folder = "/proc/\(pid)/task"
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return threads.compactMap { thread in
      // The second field, the name, may hold spaces and brackets.
      guard let text = try? String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8),
        let end = text.lastIndex(of: ")")
      else { return nil }
      return text[text.index(after: end)...].first { $0 != " " }
    }
  }
}
