import Messaging
import WorkspaceDomain

/// The outcome of each letter handed to the broker, independently: a problem with one does not affect the others.
struct ReplayDispatch {
  /// The broker has them.
  private(set) var sent: [ULID] = []
  /// Can never be sent.
  private(set) var obstructed: [(id: ULID, obstacle: ReplayObstacle)] = []
  /// The broker currently takes none; certainly not sent.
  private(set) var refused: [ULID] = []
  /// Any other failure: the letters that are in none of the lists may have been sent.
  private(set) var failure: (any Error)?

  /// - Parameter publisher: as of a ``ReplayLink``.
  static func send(
    _ letters: [(id: ULID, message: OutboundMessage)], by publisher: any MessagePublisher
  ) async -> ReplayDispatch {
    var dispatch = ReplayDispatch()
    var submitted: [(id: ULID, confirmation: any PublisherConfirmation)] = []
    do {
      for letter in letters { submitted.append((letter.id, try await publisher.submit([letter.message]))) }
    } catch {
      dispatch.failure = error
    }
    for (id, confirmation) in submitted {
      do {
        try await confirmation.wait()
        dispatch.sent.append(id)
      } catch {
        dispatch.note(id, error)
      }
    }
    return dispatch
  }

  private mutating func note(_ id: ULID, _ error: any Error) {
    switch (error as? any PublishingError)?.obstacle {
    case .unroutable: obstructed.append((id, .unroutable))
    case .unpublishable: obstructed.append((id, .unpublishable))
    case .refused: refused.append(id)
    case nil: failure = failure ?? error
    }
  }
}
