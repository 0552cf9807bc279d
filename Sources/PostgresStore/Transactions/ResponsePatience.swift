package import PostgresClient
import Synchronization

/// How long to wait for the answer to a round trip of a unit of work.
///
/// Usually as long as for any other, `responseTimeout`, so that a server that hangs is noticed. But a round trip holds
/// many statements, each of which may take `statementTimeout`: on a server that is slow, but not gone, they take longer
/// together, and one session after another would be given up. So after a timeout the waits of the next session are long
/// enough for the server to cancel slow statements itself; a unit of work whose answers all come quickly makes them
/// short again.
package final class ResponsePatience: Sendable {
  private let usual: Duration
  private let perStatement: Duration?
  private let state = Mutex(State())

  private struct State {
    var isRaised = false
    /// The longest wait for an answer in the current unit of work.
    var longest: Duration = .zero
    /// When the answer to the current round trip is due; nil outside of one.
    var due: ContinuousClock.Instant?
  }

  package init(_ configuration: PostgresConfiguration) {
    usual = configuration.responseTimeout
    perStatement = configuration.statementTimeout
  }

  /// Whether an answer is being waited for that is not overdue. The session is then waiting, not stuck, even if it shows
  /// no other sign of life meanwhile.
  package var isWaiting: Bool { state.withLock { $0.due.map { $0 > .now } ?? false } }

  /// The longest wait for `statements` in one round trip.
  func limit(statements: Int) -> Duration {
    guard let perStatement, state.withLock({ $0.isRaised }) else { return usual }
    // One more: the server also needs a moment to answer.
    return max(usual, perStatement * (statements + 1))
  }

  /// A unit of work begins.
  func began() { state.withLock { $0.longest = .zero } }

  /// A round trip begins, whose answer may take as long as `limit`.
  func waits(atMost limit: Duration) { state.withLock { $0.due = .now + limit } }

  /// The round trip is over, with or without an answer.
  func ended() { state.withLock { $0.due = nil } }

  /// An answer came after `time`.
  func answered(after time: Duration) { state.withLock { $0.longest = max($0.longest, time) } }

  /// The unit of work is committed. Before that, a quick answer to its reads says nothing about its writes.
  func completed() {
    state.withLock { state in
      if state.longest < usual / 2 { state.isRaised = false }
    }
  }

  /// No answer came in time.
  func ranOut() { state.withLock { $0.isRaised = true } }
}
