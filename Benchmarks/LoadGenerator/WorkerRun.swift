/// A run of the worker on a queue of waiting commands, measured from the first result to the last.
struct WorkerRun {
  struct Refused: Error, CustomStringConvertible {
    let count: Int64
    var description: String { "the worker refused \(count) commands: the measurement is invalid" }
  }

  struct Measured {
    let perSecond: Double
    let seconds: Double
    let processorSeconds: Double
  }

  let laboratory: Laboratory
  let commands: Int
  /// A different number gives different commands.
  let number: Int
  var parents = CommandFactory.roots
  /// Settings of the worker, as environment variables.
  var environment: [String: String] = [:]
  /// Commands per message, with results and events published in batches, too; nil: each is a message of its own.
  var batch: Int?

  /// - Throws: ``Refused`` unless each command has created a workspace.
  func measure() async throws -> Measured {
    let before = try await laboratory.workspaces()
    try await laboratory.fill(commands, run: number, below: parents, batch: batch)
    let exchange = batch == nil ? "workspace.results" : "workspace.results.batches"
    let listener = try ResultListener(laboratory, count: commands, exchange: exchange)
    let forms = batch == nil ? [:] : ["PUBLISHING_RESULTS": "batch", "PUBLISHING_EVENTS": "batch"]
    let worker = try laboratory.worker.start(["serve"], environment.merging(forms) { first, _ in first })
    defer { worker.stop() }
    try listener.waitForFirst()
    let spent = try worker.processorSeconds
    let seconds = try listener.waitForLast()
    let processorSeconds = try worker.processorSeconds - spent
    let made = try await laboratory.workspaces() - before
    guard made == commands else { throw Refused(count: Int64(commands) - made) }
    return Measured(perSecond: Double(commands - 1) / seconds, seconds: seconds, processorSeconds: processorSeconds)
  }
}
