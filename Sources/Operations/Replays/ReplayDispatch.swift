import Messaging
import WorkspaceDomain

/// The outcomes of letters handed to the broker. A problem with one letter does not affect the others.
struct ReplayDispatch {
  /// Letters that the broker has confirmed.
  private(set) var sent: [ULID] = []
  /// Letters that can't be sent, each with the reason.
  private(set) var obstructed: [(id: ULID, obstacle: ReplayObstacle)] = []
  /// Letters that the broker refused for now; certainly not sent.
  private(set) var refused: [ULID] = []
  /// Any other failure: the letters in none of the lists may have been sent.
  private(set) var failure: (any Error)?

  /// - Parameter publisher: one that treats each message independently, as ``ReplayLink/publisher()`` returns.
  static func send(
    _ letters: [(id: ULID, message: AMQPMessage)], by publisher: any MessagePublisher
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
