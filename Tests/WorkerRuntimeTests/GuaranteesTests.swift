import Messaging
import Synchronization
import TestFixtures
import Testing
import UnitOfWork
import WorkerRuntime

/// The promises of the contract, while everything that can fail does.
@Suite(.timeLimit(.minutes(10))) struct GuaranteesTests {
  private final class Dice: Sendable {
    private let random: Mutex<SeededRandom>
    init(seed: UInt64) { random = Mutex(SeededRandom(seed: seed)) }
    func number(below limit: Int) -> Int { random.withLock { Int.random(in: 0..<limit, using: &$0) } }
  }

  /// Commands of three tenants that interfere with each other, with duplicates and invalid messages.
  private func commands(_ count: Int, _ dice: Dice) -> [CommandMessage] {
    var commands: [CommandMessage] = (1...3).map { .createRoot("root \($0)", id: $0, tenant: $0) }
    for number in 1...count {
      let tenant = UInt64(dice.number(below: 3) + 1)
      let id = UInt64(dice.number(below: 8) + 10)
      let name = "n\(dice.number(below: 12))"
      switch dice.number(below: 12) {
      case 0...4: commands.append(.create("\(number)", name, below: tenant, id: id, tenant: tenant))
      case 5, 6: commands.append(.rename("\(number)", id, to: name, tenant: tenant))
      case 7: commands.append(.delete("\(number)", id, tenant: tenant))
      case 8: commands.append(.get("\(number)", id, tenant: tenant))
      case 9: commands.append(CommandMessage("\(number)", "list", tenant: tenant))
      case 10: commands.append(commands[dice.number(below: commands.count)])
      default: commands.append(.invalid("\(number)"))
      }
    }
    return commands
  }

  @Test(arguments: 0..<12)
  func `nothing is lost, duplicated or reordered, and nobody gets two answers`(seed: UInt64) async throws {
    let dice = Dice(seed: seed)
    let fixture = WorkerFixture {
      $0.batchCount = [1, 3, 16][Int(seed % 3)]
      $0.sweepDelay = .milliseconds(1)
    }
    let commands = commands(150, dice)
    /// Entries recorded once everything should work again.
    let quiet = Journal<Void>()
    let happens: @Sendable (Int) -> Bool = { limit in quiet.entries.isEmpty && dice.number(below: limit) == 0 }
    await fixture.store.fail { _ in
      happens(12)
        ? [.unavailable(reason: "away"), .transient(reason: "deadlock"), .conflict(constraint: nil)][
          dice.number(below: 3)] : nil
    }
    await fixture.store.loseAnswer { _ in happens(25) ? .unavailable(reason: "lost") : nil }
    fixture.broker.failPublishing { messages in happens(12) ? dice.number(below: messages.count) : nil }

    try await fixture.run { _ in
      for start in stride(from: 0, to: commands.count, by: 10) {
        let target = fixture.journal.entries.count + 5
        fixture.broker.enqueue(Array(commands[start..<min(start + 10, commands.count)]))
        try await fixture.journal.wait { $0.count >= target }
        if happens(3) { fixture.broker.breakLink() }
      }
      quiet.note(())
      try await fixture.journal.wait { [broker = fixture.broker] _ in broker.unacknowledged.isEmpty }
      // What is acknowledged need not be published yet: a drain with a lost link leaves that to the next worker.
      while try await !fixture.store.outbox.isEmpty {
        let seen = fixture.journal.entries.count
        if try await fixture.store.outbox.isEmpty { break }
        try await fixture.journal.wait { $0.count > seen }
      }
    }

    #expect(fixture.broker.sessions > 1)
    #expect(fixture.journal.entries.acknowledgedTooEarly.isEmpty)
    #expect(try await fixture.store.outbox.isEmpty)
    try await expectAnswers(fixture.broker.published, to: commands)
    let calm = ExecutorFixture()
    try await calm.run(commands)
    let letters = await fixture.store.commits.flatMap(\.deadLetters).map(\.message.label)
    #expect(Set(letters) == Set(await calm.letters.map(\.message.label)))
    expectEvents(fixture.broker.published)
  }

  /// Each command has one answer, the same that it gets if nothing ever fails.
  private func expectAnswers(_ published: [AMQPMessage], to commands: [CommandMessage]) async throws {
    let calm = try await ExecutorFixture().run(commands)
    let expected = calm.results.filter { !$0.isFailure }
    let found = Dictionary(grouping: published.filter { $0.exchange == "results" && !$0.isFailure }, by: \.label)
    #expect(found.count == Set(expected.map(\.label)).count)
    for answer in expected {
      let answers = found[answer.label] ?? []
      #expect(Set(answers.map(\.body)).count == 1, "\(answer.label)")
      #expect(answers.first?.data == answer.data, "\(answer.label)")
    }
  }

  /// Each tenant's events come in the order of their numbers, which have no gap; one id always has one content.
  private func expectEvents(_ published: [AMQPMessage]) {
    let events = published.filter { $0.exchange == "events" }
    for events in Dictionary(grouping: events, by: { $0.member("tenantid") }).values {
      var seen: [String] = []
      for event in events {
        guard let sequence = event.member("sequence"), !seen.contains(sequence) else { continue }
        seen.append(sequence)
      }
      #expect(seen == (1...max(1, seen.count)).map(String.init))
    }
    for copies in Dictionary(grouping: events, by: \.properties.messageID).values {
      #expect(Set(copies.map(\.body)).count == 1)
    }
    #expect(
      Set(events.map(\.properties.messageID)).count
        == Set(events.map { "\($0.member("tenantid") ?? "") \($0.member("sequence") ?? "")" }).count)
  }
}

extension AMQPMessage {
  fileprivate var isFailure: Bool { properties.type?.text?.hasSuffix(".failed") ?? false }
  /// The type and the payload: what does not depend on when it was made.
  fileprivate var data: String {
    (properties.type?.text ?? "") + (text.firstRange(of: "\"data\":").map { String(text[$0.lowerBound...]) } ?? "")
  }
}
