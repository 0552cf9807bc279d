import Synchronization
import WorkspaceDomain

/// The letters of a session whose own messages can't be redelivered on their connection, although the ledger has not
/// recorded that yet.
///
/// A broker gives messages no identity. A redelivered message is recognized by its bytes, but another message with the
/// same bytes may have been sent since. The difference: a letter's own message is redelivered only while its
/// acknowledgement may not have reached the broker, and then once per connection.
package final class LetterDeliveries: Sendable {
  private struct State {
    /// Letters that were recorded or recognized on a connection that still exists.
    var claimed: Set<ULID> = []
    /// Letters whose acknowledgements the broker has read, although the ledger has not recorded that yet.
    var acknowledged: [ULID] = []
  }

  private let state = Mutex(State())

  package init() {}

  /// Letters that must not be matched with further redeliveries.
  var claimed: Set<ULID> { state.withLock { $0.claimed } }

  /// Claims letters that were recorded or recognized.
  func claim(_ letters: some Collection<ULID>) {
    guard !letters.isEmpty else { return }
    state.withLock { $0.claimed.formUnion(letters) }
  }

  /// Notes letters whose messages won't be redelivered.
  func acknowledged(_ letters: some Collection<ULID>) {
    guard !letters.isEmpty else { return }
    state.withLock { $0.acknowledged += letters }
  }

  /// Returns the acknowledged letters that the ledger must be told about, and forgets them.
  func takeAcknowledged() -> [ULID] {
    state.withLock { state in
      defer { state.acknowledged = [] }
      return state.acknowledged
    }
  }

  /// Releases letters whose connection is gone, perhaps before it acknowledged them: their messages can be redelivered
  /// on the next connection.
  func release(_ letters: some Collection<ULID>) {
    guard !letters.isEmpty else { return }
    state.withLock { $0.claimed.subtract(letters) }
  }

  /// Ends the claims on letters that the ledger now knows to be acknowledged.
  func noted(_ letters: [ULID]) { state.withLock { $0.claimed.subtract(letters) } }
}
