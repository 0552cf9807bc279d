import Messaging
import Testing

@testable import WorkerCLI

@Suite struct NameCollisionsTests {
  private func problems(_ change: (inout BrokerNames) -> Void) -> [String] {
    var names = BrokerNames()
    change(&names)
    return NameCollisions(names).problems
  }

  private static func name(_ text: Substring) -> ShortString { ShortString(String(text)) ?? "too-long" }

  @Test func `the default names are distinct`() {
    #expect(problems { _ in }.isEmpty)
  }

  @Test func `an exchange that the worker publishes to can't be that of the commands`() {
    for (key, change) in [
      ("results_exchange", { $0.resultsExchange = $0.commandsExchange }),
      ("events_exchange", { $0.eventsExchange = $0.commandsExchange }),
      ("result_batches_exchange", { $0.resultBatchesExchange = $0.commandsExchange }),
      ("event_batches_exchange", { $0.eventBatchesExchange = $0.commandsExchange }),
      ("dead_letters_exchange", { $0.deadLettersExchange = $0.commandsExchange }),
    ] as [(String, (inout BrokerNames) -> Void)] {
      let found = problems(change)
      #expect(found.count == 1)
      #expect(found[0].contains("amqp.names.\(key)") && found[0].contains("amqp.names.commands_exchange"))
    }
  }

  @Test func `messages published elsewhere can't be taken for queries`() {
    #expect(problems { $0.queriesExchange = $0.commandsExchange }.count == 1)
    #expect(problems { $0.queriesExchange = $0.resultsExchange }.count == 1)
    #expect(problems { $0.queriesExchange = $0.eventBatchesExchange }.count == 1)
    #expect(problems { $0.queriesQueue = $0.commandsQueue }.count == 1)
    #expect(problems { $0.queriesQueue = $0.deadLettersQueue }.count == 1)
    #expect(problems { $0.queriesQueue = "workspace.commands.publisher" }.count == 1)
  }

  @Test func `exchanges that no commands are consumed from may be the same`() {
    #expect(
      problems {
        $0.eventsExchange = $0.resultsExchange
        $0.deadLettersExchange = $0.resultsExchange
      }.isEmpty)
    #expect(
      problems {
        $0.resultsExchange = "workspace.commands.results"
        $0.commandsExchange = $0.deadLettersQueue
      }.isEmpty)
  }

  @Test func `batches don't go where single messages do, and may share an exchange`() {
    for change in [
      { $0.resultBatchesExchange = $0.resultsExchange }, { $0.eventBatchesExchange = $0.resultsExchange },
      { $0.resultBatchesExchange = $0.eventsExchange }, { $0.eventBatchesExchange = $0.deadLettersExchange },
    ] as [(inout BrokerNames) -> Void] {
      let found = problems(change)
      #expect(found.count == 1 && found[0].contains("_batches_exchange") && found[0].contains("would get batches"))
    }
    #expect(problems { $0.eventBatchesExchange = $0.resultBatchesExchange }.isEmpty)
  }

  @Test func `a queue can't be its own dead-letter queue, nor its own publishing claim`() {
    #expect(
      problems { $0.deadLettersQueue = $0.commandsQueue }.map { $0.contains("amqp.names.commands_queue") } == [true])
    let claimed = problems { $0.deadLettersQueue = "workspace.commands.publisher" }
    #expect(claimed.count == 1 && claimed[0].contains("dead_letters_queue") && claimed[0].contains("commands_queue"))
    // A long name leaves no room for the claim's suffix, so the claim is truncated to the name.
    let long = String(repeating: "q", count: 246) + ".publisher"
    #expect(
      problems {
        $0.commandsQueue = Self.name(long.prefix(255))
        $0.deadLettersQueue = Self.name(long.dropFirst())
      }.count == 1)
    #expect(
      problems { $0.commandsQueue = Self.name(long.dropFirst()) }.count == 1, "its publishing claim has the same name")
  }

  @Test func `names of temporary queues are reserved`() {
    #expect(problems { $0.commandsQueue = "workspace-worker.temporary.x" }.count == 1)
    #expect(problems { $0.deadLettersQueue = "workspace-worker.temporary" }.count == 1)
  }
}
