import Messaging
import TestFixtures
import Testing
import WorkspaceDomain

@testable import Operations

@Suite struct ReplayDispatchTests {
  private struct Confirmation: PublisherConfirmation {
    let failure: PublishingFailure?

    func wait() async throws { if let failure { throw failure } }
  }

  /// A publisher whose answer to a message depends on the routing key.
  private struct Publisher: MessagePublisher {
    let answers: [String: PublishingFailure]
    let taskExecutor: (any TaskExecutor)? = nil

    func submit(_ messages: [AMQPMessage]) async throws -> any PublisherConfirmation {
      let key = messages[0].routingKey.text ?? ""
      if key == "gone" { throw PublishingFailure(obstacle: nil) }
      return Confirmation(failure: answers[key])
    }
  }

  private func send(_ keys: [ShortString], _ answers: [String: PublishingFailure]) async -> ReplayDispatch {
    let letters = keys.enumerated().map { index, key in
      (
        id: ULID.sample(UInt64(index)),
        message: AMQPMessage(exchange: "e", routingKey: key, properties: MessageProperties(), body: [])
      )
    }
    return await ReplayDispatch.send(letters, by: Publisher(answers: answers))
  }

  @Test func `a problem with one letter does not affect the others`() async {
    let dispatch = await send(
      ["a", "lost", "large", "b", "full", "c"],
      [
        "lost": .init(obstacle: .unroutable), "large": .init(obstacle: .unpublishable),
        "full": .init(obstacle: .refused),
      ])
    #expect(dispatch.sent == [.sample(0), .sample(3), .sample(5)])
    #expect(dispatch.obstructed.map(\.id) == [.sample(1), .sample(2)])
    #expect(dispatch.obstructed.map(\.obstacle) == [.unroutable, .unpublishable])
    #expect(dispatch.refused == [.sample(4)])
    #expect(dispatch.failure == nil)
  }

  @Test func `known outcomes are kept when the connection is lost`() async {
    let dispatch = await send(["a", "cut", "b", "gone", "never"], ["cut": .init(obstacle: nil)])
    #expect(dispatch.sent == [.sample(0), .sample(2)])
    #expect(dispatch.obstructed.isEmpty && dispatch.refused.isEmpty)
    #expect(dispatch.failure != nil)
  }
}
