import EndToEndSupport
import Messaging
import TestFixtures
import TestSupport
import Testing

@Suite(.needsBroker, .requiresPostgres, .deployment)
struct FuzzTests {
  @Test func `each of 2,000 damaged commands ends as one result or one dead letter`() async throws {
    let run = try await HostileRun.start([])
    let damaged = Self.damaged(2000, seed: 20_261_123, good: run.good)
    let good = (0..<200).map { _ in Command.get(run.good.tenants[0], Command.newID()) }
    var messages = damaged
    for (index, command) in good.enumerated() { messages.insert(command, at: index * 11) }
    try await run.sender.send(messages)
    // The last one is valid: all others were processed before it.
    let last = Command.get(run.good.tenants[0], Command.newID())
    try await run.sender.send([last])
    _ = try await run.results.collect("the last result") { $0.contains { $0.event?.commandid == last.id } }
    try await run.deployment.outboxIsEmpty()

    let results = try await run.results.everything(on: run.deployment.host)
    let letters = try await run.deployment.ledger()
    var ends: [ShortString: Int] = [:]
    for result in results where result.event?.type.hasSuffix(".failed") == false {
      ends[Self.number(result.properties), default: 0] += 1
    }
    for letter in letters { ends[Self.number(letter.message.properties), default: 0] += 1 }
    for command in damaged {
      let number = try #require(command.properties.correlationID)
      #expect(ends[number] == 1, "message \(number.text ?? ""): \(String(decoding: command.body, as: UTF8.self))")
    }
    for failure in results where failure.event?.type.hasSuffix(".failed") == true {
      #expect(letters.contains { Self.number($0.message.properties) == Self.number(failure.properties) })
    }
    for command in good { #expect(results.count { $0.event?.commandid == command.id } == 1) }
    try await run.finish(deadLetters: letters.count)
  }

  private static func number(_ properties: MessageProperties) -> ShortString { properties.correlationID ?? "" }

  /// Each with a number of its own, whatever else can still be read.
  private static func damaged(_ count: Int, seed: UInt64, good: CommandStream) -> [Command] {
    var mutation = Mutation(random: SeededRandom(seed: seed))
    let (tenant, workspace) = (Command.newID(), Command.newID())
    return (0..<count).map { index in
      var command =
        switch index % 6 {
        case 0: Command.createRoot(tenant, id: workspace)
        case 1: Command.create(tenant, "fuzz \(index)", below: workspace)
        case 2: Command.rename(tenant, workspace, to: "root \(index)")
        case 3: Command.delete(tenant, Command.newID())
        case 4: Command.get(tenant, workspace)
        default: Command("workspace.list", #"{"limit":2,"after":"\#(workspace)"}"#, tenant: tenant)
        }
      command.body = mutation.apply(to: command.body)
      command.properties.correlationID = ShortString("\(index)")
      return command
    }
  }
}
