import EndToEndSupport
import Foundation
import Messaging
import RabbitMQClient
import Synchronization
import TestSupport
import Testing

/// How much other tenants are affected by one whose command fails. A measurement, which means little on a busy machine:
/// it runs when WORKSPACE_WORKER_MEASURES is set, to 1 or to the one hostility to measure.
@Suite(
  .needsBroker, .requiresPostgres, .deployment,
  .enabled(if: ProcessInfo.processInfo.environment["WORKSPACE_WORKER_MEASURES"] != nil))
struct FairnessTests {
  private static let phases = 6
  private static let pairs = 3
  private static let perPhase = 2000
  private static let interval: Duration = .milliseconds(4)

  @Test func `the 99th percentile of other tenants is at most a tenth above that without the failure`() async throws {
    let deployment = try Deployment.current
    let poison = try await PoisonedName.set("poison", in: deployment)
    let worker = try await deployment.activeWorker()
    let probe = try await Probe.open(deployment)
    let sick = Command.newID()
    _ = try await probe.measure(Self.perPhase, every: Self.interval)
    var calm: [Double] = []
    var troubled: [Double] = []
    for _ in 0..<Self.phases {
      calm += try await probe.measure(Self.perPhase, every: Self.interval)
      // A line of a hundred behind a command that fails at once, and again after about 0.5, 3 and 18 s.
      let root = Command.newID()
      let commands = [Command.createRoot(sick, id: root, name: "poison")] + (0..<100).map { _ in .get(sick, root) }
      try await probe.sender.send(commands)
      try await Patience.poll(for: "the line") { try await deployment.parked().count == commands.count }
      troubled += try await probe.measure(Self.perPhase, every: Self.interval)
      #expect(try await deployment.parked().count == commands.count)
      #expect(
        try await deployment.run("parked", "dead-letter", "--tenant", sick, "--because", "measured").exit == .code(0))
      try await Patience.poll(for: "the line is empty") { try await deployment.parked().isEmpty }
    }
    let ratio = troubled.percentile(0.99) / calm.percentile(0.99)
    print(
      "fairness: p50 \(calm.percentile(0.5)) and \(troubled.percentile(0.5)) ms, p99 \(calm.percentile(0.99)) and \(troubled.percentile(0.99)) ms, ratio \(ratio)"
    )
    #expect(ratio < 1.1)
    try await poison.lift()
    #expect(try await worker.drain() == .code(0))
  }

  /// What one tenant does to hurt others, fifty times a second: well below what the worker can handle, of any kind,
  /// since sending more than that makes everybody queue.
  private enum Hostility: String, CaseIterable {
    case largeHeaders, refusingReplies, silentReplies, missingReplies, largeAnswers, notJSON, largeBodies, repetitions,
      fullLine

    func command(_ tenant: String, _ parent: String) -> Command {
      let list = Command("workspace.list", #"{"limit":1}"#, tenant: tenant)
      switch self {
      case .largeHeaders:
        var command = list
        var headers = HeaderTable()
        headers.append("x", [UInt8](repeating: 97, count: 130_000))
        command.properties.headers = headers
        return command
      case .refusingReplies: return list.replying(to: "full")
      case .silentReplies: return list.replying(to: "silent")
      case .missingReplies: return list.replying(to: "missing")
      case .largeAnswers: return Command("workspace.list", #"{"limit":500}"#, tenant: tenant)
      case .notJSON:
        var command = list
        command.body = Array("{\"oops".utf8)
        return command
      case .largeBodies:
        var command = list
        command.body += [UInt8](repeating: 32, count: 1 << 20)
        return command
      case .repetitions: return Command("workspace.list", #"{"limit":500}"#, tenant: tenant, id: "again")
      case .fullLine: return .create(tenant, "poison", below: parent)
      }
    }
  }

  @Test func `the 99th percentile of other tenants is at most twice that without the hostile tenant`() async throws {
    let deployment = try Deployment.current
    _ = try await PoisonedName.set("poison", in: deployment)
    var full = HeaderTable()
    full.append("x-max-length", Int64(1))
    full.append("x-overflow", "reject-publish")
    try await deployment.host.declare("full", full)
    try await deployment.host.publish(["full"], to: "full")
    try await deployment.host.declare("silent", HeaderTable())
    try await deployment.host.suspend("silent")
    let worker = try await deployment.activeWorker(["PARKING_LINE_LIMIT": "50"])
    let probe = try await Probe.open(deployment)
    let (tenant, root) = (Command.newID(), Command.newID())
    let hostile = try await CommandSender.open(on: deployment.host)
    try await hostile.send(
      [.createRoot(tenant, id: root)]
        + (1...499).map { .create(tenant, "\($0) " + String(repeating: "n", count: 500), below: root) })
    _ = try await probe.measure(500, every: Self.interval)
    let chosen = ProcessInfo.processInfo.environment["WORKSPACE_WORKER_MEASURES"].flatMap(Hostility.init)
    for hostility in chosen.map({ [$0] }) ?? Hostility.allCases {
      var pairs: [(calm: [Double], troubled: [Double])] = []
      for _ in 0..<Self.pairs {
        // The previous one has left something behind that doesn't belong to this one.
        try await Patience.poll(for: "the queue is empty") {
          try await deployment.host.depth(of: "workspace.commands") == 0
        }
        _ = try await probe.measure(500, every: Self.interval)
        let calm = try await probe.measure(Self.perPhase, every: Self.interval)
        let isOver = Watched(false)
        let sending = Task {
          while !isOver.value {
            try await hostile.send([hostility.command(tenant, root)])
            try await Task.sleep(for: .milliseconds(20))
          }
        }
        pairs.append((calm, try await probe.measure(Self.perPhase, every: Self.interval)))
        isOver.update { $0 = true }
        try await sending.value
      }
      let ratio = pairs.map { $0.troubled.percentile(0.99) / $0.calm.percentile(0.99) }.percentile(0.5)
      let calm = pairs.map { $0.calm.percentile(0.99) }.percentile(0.5)
      let troubled = pairs.map { $0.troubled.percentile(0.99) }.percentile(0.5)
      // Unbuffered: so that an aborted measurement has reported its findings.
      let found =
        "isolation: \(hostility.rawValue), medians of \(Self.pairs) pairs: p99 \(calm) and \(troubled) ms, ratio \(ratio)\n"
      FileHandle.standardError.write(Data(found.utf8))
      #expect(ratio < 2, "\(hostility)")
    }
    try await deployment.host.resume("silent")
    _ = try await worker.drain()
    await hostile.close()
  }
}

/// Sends commands of healthy tenants at set times, and measures the time until each result.
private struct Probe {
  let sender: CommandSender
  private let results: RabbitMQConsumer
  private let tenants = (0..<8).map { _ in Command.newID() }

  static func open(_ deployment: Deployment) async throws -> Probe {
    let queue: ShortString = "test.fairness"
    let connection = try await RabbitMQConnection.open(deployment.host.configuration("fairness"))
    try await connection.declare([
      .queue(queue, arguments: HeaderTable(), isPassive: false),
      .binding(queue: queue, exchange: "workspace.results", routingKey: "workspace.get.#"),
    ])
    return Probe(
      sender: try await CommandSender.open(on: deployment.host),
      results: try await RabbitMQConsumer.start(on: connection, queue: queue))
  }

  /// - Returns: milliseconds from each command's scheduled time.
  func measure(_ count: Int, every interval: Duration) async throws -> [Double] {
    // Answered by a rejection, a type that no other sender's results have: the probe reads only its own.
    let commands = (0..<count).map { Command.get(tenants[$0 % tenants.count], Command.newID()) }
    let times = Mutex<[String: ContinuousClock.Instant]>([:])
    let start = ContinuousClock.now + .milliseconds(100)
    async let sent: Void = {
      for (number, command) in commands.enumerated() {
        let time = start + interval * number
        times.withLock { $0[command.id] = time }
        try await Task.sleep(until: time)
        try await sender.send([command])
      }
    }()
    var latencies: [Double] = []
    while latencies.count < count {
      let deliveries = try await results.deliveries()
      let now = ContinuousClock.now
      for delivery in deliveries {
        guard let id = try? CloudEvent(delivery.body).commandid, let time = times.withLock({ $0[id] }) else { continue }
        latencies.append((now - time) / .milliseconds(1))
      }
      if let last = deliveries.last {
        try await results.acknowledge([Acknowledgement(tag: last.tag, isMultiple: true)])
      }
    }
    try await sent
    return latencies
  }
}

extension [Double] {
  fileprivate func percentile(_ part: Double) -> Double { sorted()[Int(Double(count - 1) * part)] }
}
