package import PostgresClient
import Synchronization

/// How long the answer to a round trip of a unit of work is waited for.
///
/// Usually as long as for any other, `responseTimeout`: a server that hangs is noticed. But a round trip holds many
/// statements, each of which may take `statementTimeout`: where the server is slow, and not away, their sum is more,
/// and giving up the session would be giving it up again and again. So after a wait that was in vain the next ones, of
/// the next session, are long enough for the server to end what is too slow itself; a quick answer makes them short
/// again.
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
    // One more: the server, too, needs a moment for an answer.
    return max(usual, perStatement * (statements + 1))
  }

  /// An answer came after `time`.
  func answered(after time: Duration) {
    if time < usual / 2 { isRaised.withLock { $0 = false } }
  }

  /// No answer came in time.
  func ranOut() { isRaised.withLock { $0 = true } }
}
