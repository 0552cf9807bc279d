package import PostgresClient
import Synchronization

/// How long to wait for the answer to a round trip of a unit of work.
///
/// Usually as long as for any other, `responseTimeout`, so that a server that hangs is noticed. But a round trip holds
/// many statements, each of which may take `statementTimeout`: on a server that is slow, but not gone, they take longer
/// together, and one session after another would be given up. So after a timeout the waits of the next session are long
/// enough for the server to cancel slow statements itself; a quick answer makes them short again.
package final class ResponsePatience: Sendable {
  private let usual: Duration
  private let perStatement: Duration?
  private let isRaised = Mutex(false)

  package init(_ configuration: PostgresConfiguration) {
    usual = configuration.responseTimeout
    perStatement = configuration.statementTimeout
  }

  /// The longest wait for `statements` in one round trip.
  func limit(statements: Int) -> Duration {
    guard let perStatement, isRaised.withLock({ $0 }) else { return usual }
    // One more: the server also needs a moment to answer.
    return max(usual, perStatement * (statements + 1))
  }

  /// An answer came after `time`.
  func answered(after time: Duration) {
    if time < usual / 2 { isRaised.withLock { $0 = false } }
  }

  /// No answer came in time.
  func ranOut() { isRaised.withLock { $0 = true } }
}
