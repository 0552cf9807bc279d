/// What a worker may hold in memory, as far as settings bound it. Compared with `worker.memory_limit`: a worker whose
/// senders can make it exceed that limit would end, and begin, again and again.
struct MemoryNeed {
  /// For all that no setting bounds: the program itself, replies and answers on their way, what is not yet confirmed.
  /// With it, the defaults fit into the smallest limit.
  private static let rest = 64 << 20

  private let limit: Int
  private let terms: [(count: Int, setting: String, bytes: Int)]

  init(_ configuration: WorkerConfiguration) {
    limit = configuration.worker.memoryLimit
    terms = [
      // One buffer for commands, one for what the broker has dead-lettered.
      (2, "amqp.buffer_bytes", configuration.amqp.bufferBytes),
      (1, "queries.buffer_bytes", configuration.queries.bufferBytes),
      // A transaction is collected while another is executed, and three are between commit and confirm.
      (5, "worker.batch_bytes", configuration.worker.batchBytes),
    ]
  }

  /// The problem, if all of it does not fit; names the settings.
  var problems: [String] {
    let total = terms.reduce(Self.rest) { $0 + $1.count * $1.bytes }
    guard total > limit else { return [] }
    let sum = terms.map { "\($0.count == 1 ? "" : "\($0.count) * ")\($0.setting) (\($0.bytes.sizeText))" }
    return [
      "worker.memory_limit is \(limit.sizeText), less than the worker may need, \(total.sizeText): "
        + "\(sum.joined(separator: " + ")) + \(Self.rest.sizeText) for everything else"
    ]
  }
}
