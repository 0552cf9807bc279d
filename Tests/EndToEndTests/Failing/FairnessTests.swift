import DeliveryPipeline
import EndToEndSupport
import Foundation
import RabbitMQClient
import Synchronization
import TestSupport
import Testing

/// What other tenants notice of one whose command fails. A measurement, which says little on a machine that does other
/// things meanwhile: it runs when WORKSPACE_WORKER_MEASURES is set.
@Suite(
  .needsBroker, .requiresPostgres, .deployment,
  .enabled(if: ProcessInfo.processInfo.environment["WORKSPACE_WORKER_MEASURES"] != nil))
struct FairnessTests {
  private static let phases = 6
  private static let perPhase = 2000
  private static let interval: Duration = .milliseconds(4)

  @Test func `the 99th percentile of other tenants is within a tenth of what it is without the failure`() async throws {
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
      #expect(try await deployment.run("parked", "dead-letter", "--tenant", sick, "--because", "measured").exit == .code(0))
      try await Patience.poll(for: "the end of the line") { try await deployment.parked().isEmpty }
    }
    let ratio = troubled.percentile(0.99) / calm.percentile(0.99)
    print("fairness: p50 \(calm.percentile(0.5)) and \(troubled.percentile(0.5)) ms, p99 \(calm.percentile(0.99)) and \(troubled.percentile(0.99)) ms, ratio \(ratio)")
    #expect(ratio < 1.1)
    try await poison.lift()
    #expect(try await worker.drain() == .code(0))
  }
}

/// Sends commands of healthy tenants at their times, and takes the time until each result.
private struct Probe {
  let sender: CommandSender
  private let results: RabbitMQConsumer
  private let tenants = (0..<8).map { _ in Command.newID() }

  static func open(_ deployment: Deployment) async throws -> Probe {
    let queue: ShortString = "test.fairness"
    let connection = try await RabbitMQConnection.open(deployment.host.configuration("fairness"))
    try await connection.declare([
      .queue(queue, arguments: HeaderTable(), isPassive: false),
      .binding(queue: queue, exchange: "workspace.results", routingKey: "workspace.list.#"),
    ])
    return Probe(
      sender: try await CommandSender.open(on: deployment.host),
      results: try await RabbitMQConsumer.start(on: connection, queue: queue))
  }

  /// - Returns: milliseconds from the time that each was to be sent at.
  func measure(_ count: Int, every interval: Duration) async throws -> [Double] {
    let commands = (0..<count).map { Command("workspace.list", #"{"limit":1}"#, tenant: tenants[$0 % tenants.count]) }
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
      if let last = deliveries.last { try await results.acknowledge([Acknowledgement(tag: last.tag, isMultiple: true)]) }
    }
    try await sent
    return latencies
  }
}

extension [Double] {
  fileprivate func percentile(_ part: Double) -> Double { sorted()[Int(Double(count - 1) * part)] }
}
