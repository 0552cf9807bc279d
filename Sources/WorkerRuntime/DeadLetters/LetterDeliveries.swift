import Synchronization
import WorkspaceDomain

/// What a session knows of the messages of letters: which can't be redelivered on their connection, although the ledger
/// does not know it yet.
///
/// A broker gives messages no identity. A redelivered message is recognized by its bytes; but another one with the same
/// bytes may have been sent since. The difference: a letter's own message is redelivered only while its acknowledgement
/// may not have reached the broker, and then once per connection.
package final class LetterDeliveries: Sendable {
  private struct State {
    /// Recorded or recognized on a connection that still exists.
    var claimed: Set<ULID> = []
    /// The broker has read their acknowledgements; the ledger does not know it yet.
    var acknowledged: [ULID] = []
  }

  private let state = Mutex(State())

  package init() {}

  /// Letters that no further message is matched with.
  var claimed: Set<ULID> { state.withLock { $0.claimed } }

  /// These were recorded or recognized.
  func claim(_ letters: some Collection<ULID>) {
    guard !letters.isEmpty else { return }
    state.withLock { $0.claimed.formUnion(letters) }
  }

  /// The messages of these won't be redelivered.
  func acknowledged(_ letters: some Collection<ULID>) {
    guard !letters.isEmpty else { return }
    state.withLock { $0.acknowledged += letters }
  }

  /// Returns those that the ledger must be told about.
  func takeAcknowledged() -> [ULID] {
    state.withLock { state in
      defer { state.acknowledged = [] }
      return state.acknowledged
    }
  }

  /// The connection of these is gone, and may not have acknowledged them: they can be redelivered on the next one.
  func release(_ letters: some Collection<ULID>) {
    guard !letters.isEmpty else { return }
    state.withLock { $0.claimed.subtract(letters) }
  }

  /// The ledger knows of these.
  func noted(_ letters: [ULID]) { state.withLock { $0.claimed.subtract(letters) } }
}
