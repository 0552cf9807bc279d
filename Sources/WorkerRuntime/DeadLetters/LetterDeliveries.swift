import Synchronization
import WorkspaceDomain

/// What a session knows of the messages of letters: which can't come again on their connection, though the ledger does not know
/// it yet.
///
/// A broker gives messages no identity. A message that is delivered again is known by its bytes; but another one with the same
/// bytes may have been sent since. What tells them apart: a letter's own message comes again only while its acknowledgement may
/// not have reached the broker, and then once a connection.
package final class LetterDeliveries: Sendable {
  private struct State {
    /// Recorded or recognized on a connection that is still there.
    var claimed: Set<ULID> = []
    /// The broker has read their acknowledgements; the ledger does not know it yet.
    var acknowledged: [ULID] = []
  }

  private let state = Mutex(State())

  package init() {}

  /// Letters that no further message is taken for.
  var claimed: Set<ULID> { state.withLock { $0.claimed } }

  /// These were recorded or recognized.
  func claim(_ letters: some Collection<ULID>) {
    guard !letters.isEmpty else { return }
    state.withLock { $0.claimed.formUnion(letters) }
  }

  /// The messages of these don't come again.
  func acknowledged(_ letters: some Collection<ULID>) {
    guard !letters.isEmpty else { return }
    state.withLock { $0.acknowledged += letters }
  }

  /// Hands out those that the ledger is to be told of.
  func takeAcknowledged() -> [ULID] {
    state.withLock { state in
      defer { state.acknowledged = [] }
      return state.acknowledged
    }
  }

  /// The connection is gone that these came on, and may not have acknowledged them: they can come again on the next one.
  func release(_ letters: some Collection<ULID>) {
    guard !letters.isEmpty else { return }
    state.withLock { $0.claimed.subtract(letters) }
  }

  /// The ledger knows of these.
  func noted(_ letters: [ULID]) { state.withLock { $0.claimed.subtract(letters) } }
}
