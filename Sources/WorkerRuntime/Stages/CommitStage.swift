import DeliveryPipeline
import Failpoints
import Logging
import MessageContract
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// What the commit stage is asked to do.
enum CommitRequest: Sendable {
  case message(ReceivedMessage)
  /// What was delivered before; not decoded.
  case suspect(Delivery)
  /// To go on with lines of parked commands that are due.
  case lines
  /// What the broker has dead-lettered.
  case deadLetter(BrokerDeadLetter)
  /// Nothing else to do: remove what is confirmed.
  case sweep

  var bytes: Int {
    switch self {
    case .message(let message): message.delivery.body.count
    case .suspect(let delivery): delivery.body.count
    case .deadLetter(let letter): letter.delivery.body.count
    case .lines, .sweep: 0
    }
  }
}

/// Stage 2: commits what has arrived as one transaction after the other, and settles the deliveries.
struct CommitStage {
  /// More than one transaction, so that a line gets shorter also while as many commands arrive for its tenant as fit one;
  /// few, so that other tenants need not wait.
  private static let transactionsOfLines = 2

  let input: BatchChannel<CommitRequest>
  let executor: BatchExecutor
  let lineExecutor: LineExecutor
  let suspects: SuspectReader
  let recorder: DeadLetterRecorder
  let lines: ParkedLines
  let held: HeldMessages
  let store: any UnitOfWorkStore
  let confirmed: ConfirmedEntries
  let acknowledger: Acknowledger
  let output: BatchChannel<Publication>
  let status: WorkerStatus
  let probe: any WorkerProbe
  let logger: Logger

  /// Runs until the input is finished.
  func run() async throws {
    while let batch = try await input.take() {
      status.beat()
      probe.batchTaken(closedBy: batch.reason)
      var isIdle = true
      var messages: [ReceivedMessage] = []
      var letters: [BrokerDeadLetter] = []
      for request in batch.elements {
        switch request {
        case .message(let message): messages.append(message)
        case .suspect(let delivery):
          try await commit(messages)
          messages = []
          try await commit(delivery)
        case .deadLetter(let letter): letters.append(letter)
        case .lines, .sweep: continue
        }
        isIdle = false
      }
      if isIdle { try await sweep() } else { try await commit(messages) }
      try await record(letters)
      // Last: somebody waits for what has just arrived.
      if batch.elements.contains(where: \.isLines) { try await goOnWithLines() }
    }
    output.finish()
    acknowledger.finish()
  }

  private func sweep() async throws {
    try await store.remove(confirmed.take())
    Failpoint.removed.hit()
  }

  private func commit(_ messages: [ReceivedMessage]) async throws {
    let messages = held.passing(messages)
    if !messages.isEmpty { try await carryOut(Assignment(messages)) }
  }

  private func commit(_ suspect: Delivery) async throws {
    let assignment = try await suspects.read(suspect)
    if assignment.verdict != nil || !held.passing(assignment.messages).isEmpty { try await carryOut(assignment) }
  }

  /// What can't be recorded stays where it is: the broker has it.
  private func record(_ letters: [BrokerDeadLetter]) async throws {
    guard !letters.isEmpty else { return }
    let recorded = try await recorder.record(letters, committed: pass)
    Failpoint.moved.hit()
    for letter in recorded { letter.acknowledger.settle([letter.delivery.tag]) }
  }

  private func goOnWithLines() async throws {
    for _ in 0..<Self.transactionsOfLines {
      guard try await lineExecutor.goOn(committed: pass) else { break }
    }
    let waiting = held.take()
    if !waiting.isEmpty { try await carryOut(Assignment(waiting)) }
    lines.looked()
  }

  private func carryOut(_ assignment: Assignment) async throws {
    var assignment = assignment
    assignment.confirmed = confirmed.take()
    try await executor.execute(assignment, committed: pass)
    if !assignment.confirmed.isEmpty { Failpoint.removed.hit() }
    for message in assignment.messages {
      if case .failure(let invalid) = message.content { warn(of: invalid, message.delivery) }
    }
  }

  /// Hands on what has been committed.
  private func pass(_ batch: CommittedBatch) async throws {
    if !batch.held.isEmpty, held.isEmpty { logger.warning("a line of parked commands is full; further ones of its tenant are held") }
    held.hold(batch.held)
    // Somebody waits for the messages, nobody for the acknowledgements; but those must not wait for room.
    output.append([Publication(batch)], size: \.bytes)
    acknowledger.settle(batch.settled)
    try await output.waitForRoom()
  }

  private func warn(of invalid: InvalidCommand, _ delivery: Delivery) {
    logger.warning(
      "an invalid command goes to the dead letters",
      metadata: [
        "reason": "\(invalid.reason.rawValue)", "detail": "\(invalid.detail)",
        "command_id": "\(invalid.envelope.id ?? "")", "command_source": "\(invalid.envelope.source ?? "")",
        "tenant_id": "\(invalid.envelope.tenantID?.description ?? "")",
        "trace_id": "\(invalid.envelope.trace.flatMap { TraceParent($0.traceparent) }?.traceID ?? "")", "bytes": "\(delivery.body.count)",
        "routing_key": "\(delivery.routingKey.text ?? "")",
      ])
  }
}

extension CommitRequest {
  fileprivate var isLines: Bool {
    if case .lines = self { true } else { false }
  }
}
