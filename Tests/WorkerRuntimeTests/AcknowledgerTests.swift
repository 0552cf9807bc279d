import DeliveryPipeline
import Testing

@testable import WorkerRuntime

@Suite(.timeLimit(.minutes(1))) struct AcknowledgerTests {
  private let journal = Journal<Happening>()

  @Test("deliveries that are settled in any order, by two tasks, are acknowledged in the order of their tags, each once")
  func order() async throws {
    let broker = FakeBroker(journal: journal)
    let messages = (1...200).map { CommandMessage("\($0)", "list") }
    broker.enqueue(messages)
    let source = broker.connect().consume()
    let acknowledger = Acknowledger(source: source)
    let deliveries = try await source.deliveries()
    acknowledger.register(deliveries)
    try await withThrowingTaskGroup { group in
      group.addTask { try await acknowledger.run() }
      await withTaskGroup { settling in
        settling.addTask { for delivery in deliveries where delivery.tag.number % 3 == 0 { acknowledger.settle([delivery.tag]) } }
        settling.addTask { for delivery in deliveries.reversed() where delivery.tag.number % 3 != 0 { acknowledger.settle([delivery.tag]) } }
      }
      acknowledger.settle([])
      acknowledger.finish()
      try await group.next()
    }
    #expect(journal.entries.acknowledged == messages.map(\.label))
  }

  @Test("an acknowledgement that can't be sent ends the task, and a cancelled one ends too")
  func ends() async throws {
    let broker = FakeBroker(journal: journal)
    broker.enqueue(CommandMessage("1", "list"))
    let source = broker.connect().consume()
    let acknowledger = Acknowledger(source: source)
    let deliveries = try await source.deliveries()
    acknowledger.register(deliveries)
    let idle = Task { try await acknowledger.run() }
    idle.cancel()
    try? await idle.value

    let other = Acknowledger(source: source)
    other.register(deliveries)
    source.breakLink()
    other.settle(deliveries.map(\.tag))
    await #expect(throws: FakeBroker.LinkLost.self) { try await other.run() }
    #expect(journal.entries.acknowledged.isEmpty)
  }
}
