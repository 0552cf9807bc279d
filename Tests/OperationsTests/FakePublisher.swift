import Messaging
import Operations
import Synchronization
import WorkspaceDomain

/// A broker's answer about a message, as an error.
struct PublishingFailure: PublishingError {
  let obstacle: PublishingObstacle?
}

/// Accepts messages, except those whose body starts with a byte that stands for a failure.
final class FakePublisher: MessagePublisher {
  private struct Confirmation: PublisherConfirmation {
    let failure: PublishingFailure?

    func wait() async throws { if let failure { throw failure } }
  }

  let taskExecutor: (any TaskExecutor)? = nil
  private let failures: [UInt8: PublishingFailure]
  private let submitted = Mutex<[AMQPMessage]>([])

  /// - Parameter failures: by the body's first byte, how a message fails; a nil obstacle: the connection is lost.
  init(failures: [UInt8: PublishingObstacle?] = [:]) {
    self.failures = failures.mapValues(PublishingFailure.init)
  }

  /// What was handed over, in order.
  var messages: [AMQPMessage] { submitted.withLock { $0 } }

  func submit(_ messages: [AMQPMessage]) async throws -> any PublisherConfirmation {
    submitted.withLock { $0 += messages }
    return Confirmation(failure: messages.first?.body.first.flatMap { failures[$0] })
  }
}

/// A gateway to a ``FakePublisher``.
final class FakeReplayGateway: ReplayGateway {
  struct Unreachable: Error {}

  /// The exchange of commands is missing.
  struct Missing: Error {}

  private struct Link: ReplayLink {
    let gateway: FakeReplayGateway

    func publisher() async throws -> any MessagePublisher {
      guard let publisher = gateway.destination else { throw Missing() }
      return publisher
    }

    func close() async { gateway.openLinks.withLock { $0 -= 1 } }
  }

  private let destination: FakePublisher?
  private let isReachable: Bool
  private let openLinks = Mutex(0)

  /// - Parameter publisher: nil: the exchange of commands is missing.
  init(_ publisher: FakePublisher?, isReachable: Bool = true) {
    destination = publisher
    self.isReachable = isReachable
  }

  var openCount: Int { openLinks.withLock { $0 } }

  func open() async throws -> any ReplayLink {
    guard isReachable else { throw Unreachable() }
    openLinks.withLock { $0 += 1 }
    return Link(gateway: self)
  }
}
