import Messaging
import RabbitMQClient
import TestFixtures
import Testing
import UnitOfWork
@testable import WorkerCLI
import WorkspaceDomain

@Suite struct ReplayDispatchTests {
  private struct Confirmation: PublisherConfirmation {
    let error: RabbitMQError?

    func wait() async throws { if let error { throw error } }
  }

  /// Answers each message by its routing key.
  private struct Publisher: MessagePublisher {
    let answers: [String: RabbitMQError]
    let taskExecutor: (any TaskExecutor)? = nil

    func submit(_ messages: [OutboundMessage]) async throws -> any PublisherConfirmation {
      let key = messages[0].routingKey.text ?? ""
      if key == "gone" { throw RabbitMQError.connectionLost(reason: "cut") }
      return Confirmation(error: answers[key])
    }
  }

  private func send(_ keys: [ShortString], _ answers: [String: RabbitMQError]) async -> ReplayDispatch {
    let letters = keys.enumerated().map { index, key in
      (id: ULID.sample(UInt64(index)), message: OutboundMessage(exchange: "e", routingKey: key, properties: MessageProperties(), body: []))
    }
    return await ReplayDispatch.send(letters, by: Publisher(answers: answers))
  }

  @Test func `what is wrong with one letter is no matter of the others`() async {
    let dispatch = await send(
      ["a", "lost", "large", "b", "full", "c"],
      ["lost": .unroutable([]), "large": .unpublishable(reason: "too large"), "full": .messageRefused])
    #expect(dispatch.sent == [.sample(0), .sample(3), .sample(5)])
    #expect(dispatch.obstructed.map(\.id) == [.sample(1), .sample(2)])
    #expect(dispatch.obstructed.map(\.obstacle) == [.unroutable, .unpublishable])
    #expect(dispatch.refused == [.sample(4)])
    #expect(dispatch.failure == nil)
  }

  @Test func `what is known of each is kept when the connection is lost`() async {
    let dispatch = await send(["a", "cut", "b", "gone", "never"], ["cut": .connectionLost(reason: "cut")])
    #expect(dispatch.sent == [.sample(0), .sample(2)])
    #expect(dispatch.obstructed.isEmpty && dispatch.refused.isEmpty)
    #expect(dispatch.failure != nil)
  }
}
