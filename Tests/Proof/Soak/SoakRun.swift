import EndToEndSupport
import Messaging
import TestFixtures
import TestSupport

/// Commands at a steady rate for a long time, two workers, and occasional faults.
package struct SoakRun: Sendable {
  private let settings: SoakSettings
  private let deployment: Deployment
  private let stream: SoakStream
  private let observer: SoakObserver
  private let workers: SoakWorkers
  private let confirmed = Watched(0)
  private let log = Watched(SoakLog())
  private let start = ContinuousClock.now

  /// Runs it until the end.
  ///
  /// - Parameter progress: called with a line now and then.
  package static func report(
    _ settings: SoakSettings, progress: @escaping @Sendable (String) -> Void
  ) async throws -> SoakReport {
    let report = Watched<SoakReport?>(nil)
    try await Deployment.make { deployment in
      try await deployment.prepare()
      let run = SoakRun(settings, deployment)
      let result = try await run.run(progress)
      report.update { $0 = result }
    }
    guard let report = report.value else { throw Violation.incomplete("the soak produced no report") }
    return report
  }

  private init(_ settings: SoakSettings, _ deployment: Deployment) {
    self.settings = settings
    self.deployment = deployment
    stream = SoakStream(tenants: settings.tenants, seed: settings.seed)
    observer = SoakObserver(stream)
    workers = SoakWorkers(deployment)
  }

  private func run(_ progress: @escaping @Sendable (String) -> Void) async throws -> SoakReport {
    try await observer.start(on: deployment.host)
    try await workers.start()
    let sampling = Task { try await sample(progress) }
    do {
      async let faults: Void = makeFaults(progress)
      try await send()
      try await faults
      try await finish()
    } catch {
      observer.note { $0.note(.incomplete("\(error)")) }
    }
    sampling.cancel()
    _ = await sampling.result
    await observer.close()
    return SoakReport(settings, log.value, observer.current, confirmed: confirmed.value, start: start)
  }

  private func send() async throws {
    let sender = PersistentSender(on: deployment.host, chunk: 256)
    let stream = SoakSender(
      stream: stream, sender: sender, rate: settings.rate, seed: settings.seed &+ 1, confirmed: confirmed)
    try await stream.run(until: start + settings.duration)
    await sender.close()
  }

  /// Faults until shortly before the end, with times and kinds determined by the seed.
  private func makeFaults(_ progress: @Sendable (String) -> Void) async throws {
    var random = SeededRandom(seed: settings.seed &+ 2)
    while true {
      try await Task.sleep(for: .seconds(Int.random(in: settings.faultInterval, using: &random)))
      guard ContinuousClock.now < start + settings.duration - .seconds(20) else { return }
      let fault = settings.faults.randomElement(using: &random) ?? .workerKill
      let began = ContinuousClock.now
      progress("\(Int((began - start) / .seconds(1))) s: \(fault.rawValue)")
      try await workers.suffer(fault)
      log.update { $0.faults.append(SoakLog.Fault(kind: fault, began: began)) }
    }
  }

  private func sample(_ progress: @Sendable (String) -> Void) async throws {
    for second in 1... {
      try await Task.sleep(until: start + .seconds(second))
      let active = await workers.active?.pid
      let samples = await workers.processes.compactMap {
        ProcessSample(pid: $0.pid, isActive: $0.pid == active, second: second)
      }
      let counts = observer.counts
      log.update { log in
        log.samples += samples
        log.answered.append(counts.answered)
      }
      if second % 60 == 0 {
        progress("\(second) s: \(confirmed.value) commands confirmed, \(counts.answered) answered")
      }
    }
  }

  private func finish() async throws {
    let count = confirmed.value
    try await Patience.poll(for: "every command has its result and its event") {
      let counts = observer.counts
      return counts.answered >= count && counts.announced >= count
    }
    try await deployment.commandsAreDone()
    try await deployment.outboxIsEmpty()
    try await workers.drain()
    try await deployment.commandsAreDone()
    if let dead = try await deployment.host.depth(of: "workspace.commands.dead"), dead > 0 {
      observer.note { $0.note(.leftInQueue("workspace.commands.dead", count: dead)) }
    }
    try await SoakAudit(deployment: deployment, stream: stream, observer: observer).check(count)
  }
}
