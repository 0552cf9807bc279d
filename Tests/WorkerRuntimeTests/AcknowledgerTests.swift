import Messaging
import TestFixtures
import Testing
import WorkspaceDomain

@testable import WorkerRuntime

@Suite(.timeLimit(.minutes(10))) struct AcknowledgerTests {
  private let journal = Journal<Happening>()

  @Test
  func
    `deliveries that are settled in any order, by two tasks, are acknowledged in the order of their tags, each once`()
    async throws
  {
    let broker = FakeBroker(journal: journal)
    let messages = (1...200).map { CommandMessage("\($0)", "list") }
    broker.enqueue(messages)
    let source = broker.connect().consume()
    let acknowledger = Acknowledger(source: source)
    let deliveries = try await source.deliveries()
    acknowledger.register(deliveries.map { ($0.tag, 1) })
    try await withThrowingTaskGroup { group in
      group.addTask { try await acknowledger.run() }
      await withTaskGroup { settling in
        settling.addTask {
          for delivery in deliveries where delivery.tag.number % 3 == 0 { acknowledger.settle([delivery.tag]) }
        }
        settling.addTask {
          for delivery in deliveries.reversed() where delivery.tag.number % 3 != 0 {
            acknowledger.settle([delivery.tag])
          }
        }
      }
      acknowledger.settle([])
      acknowledger.finish()
      try await group.next()
    }
    #expect(journal.entries.acknowledged == messages.map(\.label))
  }

  @Test func `letters are marked only after the broker has read their acknowledgements`() async throws {
    let broker = FakeBroker(journal: journal)
    broker.enqueue((1...4).map { CommandMessage("\($0)", "list") })
    let source = broker.connect().consume()
    let letters = LetterDeliveries()
    let acknowledger = Acknowledger(source: source, letters: letters)
    let deliveries = try await source.deliveries()
    acknowledger.register(deliveries.map { ($0.tag, 1) })
    let tags = deliveries.map(\.tag)
    letters.claim([.sample(2), .sample(4)])
    // The first one is not settled, so that no acknowledgement is sent.
    acknowledger.settle([tags[1]], letters: [tags[1]: [.sample(2)]])
    acknowledger.settle([tags[3]], letters: [tags[3]: [.sample(4)]])
    acknowledger.settle([tags[0]])
    acknowledger.finish()
    try await acknowledger.run()
    #expect(letters.takeAcknowledged().isEmpty)
    var told = 0
    try await acknowledger.confirmLetters { told += 1 }
    #expect(told == 1 && letters.takeAcknowledged() == [.sample(2)])
    #expect(letters.claimed == [.sample(2), .sample(4)])
    letters.noted([.sample(2)])
    #expect(letters.claimed == [.sample(4)])
    // The connection is gone: what is not acknowledged can be redelivered, and so can what is settled only now.
    acknowledger.abandon()
    #expect(letters.claimed.isEmpty)
    letters.claim([.sample(1)])
    acknowledger.settle([tags[2]], letters: [tags[2]: [.sample(1)]])
    #expect(letters.claimed.isEmpty)
  }

  @Test func `an acknowledgement that can't be sent ends the task, and so does cancellation`() async throws {
    let broker = FakeBroker(journal: journal)
    broker.enqueue(CommandMessage("1", "list"))
    let source = broker.connect().consume()
    let acknowledger = Acknowledger(source: source)
    let deliveries = try await source.deliveries()
    acknowledger.register(deliveries.map { ($0.tag, 1) })
    let idle = Task { try await acknowledger.run() }
    idle.cancel()
    try? await idle.value

    let other = Acknowledger(source: source)
    other.register(deliveries.map { ($0.tag, 1) })
    source.breakLink()
    other.settle(deliveries.map(\.tag))
    await #expect(throws: FakeBroker.LinkLost.self) { try await other.run() }
    #expect(journal.entries.acknowledged.isEmpty)
  }
}
