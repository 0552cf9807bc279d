#if FAILPOINTS
import Glibc
import Synchronization

/// Stops the process at chosen points, one after another.
///
/// Synchronous, so that it can be used anywhere, even on the thread of a connection. It raises SIGSTOP, which soon
/// stops every thread of the process; an observer may then do anything with the stopped process.
final class FailpointTrigger: Sendable {
  private struct Stop {
    let place: Failpoint
    /// How many passes remain until the stop.
    var passes: Int

    init?(_ text: Substring) {
      let parts = text.split(separator: ":")
      guard parts.count == 2, let place = Failpoint(rawValue: String(parts[0])), let passes = Int(parts[1]) else {
        return nil
      }
      self.place = place
      self.passes = passes
    }
  }

  /// The stops of WORKSPACE_WORKER_FAILPOINT: `committed:3` stops at the third pass of that point;
  /// `publishing:3,published:1` stops at the third pass of one point and, once the process has been resumed, at the
  /// next pass of the other. Nil if the variable is not set.
  static let chosen: FailpointTrigger? = getenv("WORKSPACE_WORKER_FAILPOINT").map { .init(String(cString: $0)) }

  private let stops: Mutex<[Stop]>

  private init(_ text: String) { stops = Mutex(text.split(separator: ",").compactMap(Stop.init)) }

  func passed(_ place: Failpoint) {
    let isReached = stops.withLock { stops in
      guard stops.first?.place == place else { return false }
      stops[0].passes -= 1
      guard stops[0].passes == 0 else { return false }
      stops.removeFirst()
      return true
    }
    guard isReached else { return }
    let line = "failpoint \(place.rawValue)\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    raise(SIGSTOP)
  }
}
#endif
