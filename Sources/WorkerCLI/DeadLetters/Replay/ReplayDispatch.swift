import Messaging
import RabbitMQClient
import UnitOfWork
import WorkspaceDomain

/// What became of letters that were handed to the broker, each by itself: what is wrong with one is no matter of the others.
struct ReplayDispatch {
  /// The broker has them.
  private(set) var sent: [ULID] = []
  /// Can't be sent, ever.
  private(set) var obstructed: [(id: ULID, obstacle: ReplayObstacle)] = []
  /// The broker takes none now; certainly not sent.
  private(set) var refused: [ULID] = []
  /// What else went wrong: the letters that are in none of the lists may have been sent.
  private(set) var failure: (any Error)?

  /// - Parameter publisher: one that does not keep order, with mandatory messages.
  static func send(
    _ letters: [(id: ULID, message: OutboundMessage)], by publisher: some MessagePublisher
  ) async -> ReplayDispatch {
    var dispatch = ReplayDispatch()
    var submitted: [(id: ULID, confirmation: any PublisherConfirmation)] = []
    do {
      for letter in letters { submitted.append((letter.id, try await publisher.submit([letter.message]))) }
    } catch {
      dispatch.failure = error
    }
    for (id, confirmation) in submitted {
      let result: Result<Void, any Error>
      do { result = .success(try await confirmation.wait()) } catch { result = .failure(error) }
      dispatch.note(id, result)
    }
    return dispatch
  }

  private mutating func note(_ id: ULID, _ result: Result<Void, any Error>) {
    switch result {
    case .success: sent.append(id)
    case .failure(RabbitMQError.unroutable): obstructed.append((id, .unroutable))
    case .failure(RabbitMQError.unpublishable): obstructed.append((id, .unpublishable))
    case .failure(RabbitMQError.messageRefused): refused.append(id)
    case .failure(let error): failure = failure ?? error
    }
  }
}
