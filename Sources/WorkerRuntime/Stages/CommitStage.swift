import Coordination
import Failpoints
import Logging
import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// A request to the commit stage.
enum CommitRequest: Sendable {
  case message(ReceivedMessage)
  /// A message that may kill this process; not decoded.
  case suspect(Delivery)
  /// Advance the lines of parked commands that are due.
  case lines
  /// A message dead-lettered by the broker.
  case deadLetter(BrokerDeadLetter)
  /// Record which letters were acknowledged and, if the batch holds nothing to commit, remove confirmed outbox entries.
  case sweep

  var bytes: Int {
    switch self {
    case .message(let message): message.size
    case .suspect(let delivery): delivery.size
    case .deadLetter(let letter): letter.delivery.size
    case .lines, .sweep: 0
    }
  }
}

/// Stage 2: commits what has arrived in one transaction after another, and settles the deliveries.
struct CommitStage {
  /// The most transactions per batch that advance lines. More than one, so that a line gets shorter even while as many
  /// commands arrive for its tenant as fit into one transaction; few, so that other tenants need not wait.
  private static let transactionsOfLines = 2

  let input: BatchChannel<CommitRequest>
  let committer: Committer
  let lineExecutor: LineExecutor
  let suspects: Suspects
  let lines: ParkedLines
  let confirmed: ConfirmedEntries
  let acknowledger: Acknowledger
  let output: BatchChannel<Publication>
  let status: WorkerStatus
  let drain: Signal<Void>
  let probe: any WorkerProbe
  let logger: Logger

  /// Runs until the input is finished.
  func run() async throws {
    while let batch = try await input.take() {
      try await noteAcknowledgedLetters()
      status.beat()
      probe.observe(.batchTaken(closedBy: batch.reason))
      var isIdle = true
      var messages: [ReceivedMessage] = []
      var letters: [BrokerDeadLetter] = []
      for request in batch.elements {
        switch request {
        case .message(let message): messages.append(message)
        case .suspect(let delivery):
          try await commit(messages)
          messages = []
          try await carryOut(suspects.read(delivery, at: lineExecutor.now))
        case .deadLetter(let letter): letters.append(letter)
        case .lines, .sweep: continue
        }
        isIdle = false
      }
      if isIdle { try await sweep() } else { try await commit(messages) }
      try await record(letters)
      // Last, because the senders of the new arrivals are waiting.
      if batch.elements.contains(where: \.isLines) { try await advanceLines() }
    }
    output.finish()
    acknowledger.finish()
  }

  /// Tells the ledger which letters' messages won't be redelivered: any further message with the same bytes is new.
  func noteAcknowledgedLetters() async throws {
    let letters = committer.letters.takeAcknowledged()
    guard !letters.isEmpty else { return }
    var writeSet = WriteSet()
    writeSet.acknowledgedLetters = letters
    _ = try await committer.store.begin(ReadSet())
    _ = try await committer.store.commit(writeSet)
    committer.letters.noted(letters)
  }

  private func sweep() async throws {
    try await committer.store.remove(confirmed.take())
    Failpoint.removed.hit()
  }

  private func commit(_ messages: [ReceivedMessage]) async throws {
    if !messages.isEmpty { try await carryOut(Assignment(messages)) }
  }

  /// Records messages that the broker has dead-lettered. What can't be recorded stays in the broker's queue. So does
  /// everything while the worker drains, which finishes only the commands in progress.
  private func record(_ letters: [BrokerDeadLetter]) async throws {
    guard !letters.isEmpty, !drain.isRaised else { return }
    var ids: [ObjectIdentifier: ULID] = [:]
    var assignment = Assignment([])
    assignment.letters = letters
    try await committer.carryOut(assignment) { batch in
      ids.merge(batch.letters) { first, _ in first }
      try await pass(batch)
    }
    Failpoint.moved.hit()
    for letter in letters {
      guard let id = ids[ObjectIdentifier(letter.delivery)] else { continue }
      letter.acknowledger.settle([letter.delivery.tag], letters: [letter.delivery.tag: [id]])
    }
  }

  private func advanceLines() async throws {
    for turn in 0..<Self.transactionsOfLines {
      guard try await lineExecutor.advanceDueLine(committed: pass) else {
        // The line that should have been due isn't: an operator has changed the lines, so they are reloaded from the
        // store.
        if turn == 0, lines.isDue(at: lineExecutor.now) {
          let longest = committer.environment.parking.longestWait
          lines.load(try await committer.store.lines(dueWithin: longest))
        }
        break
      }
    }
    lines.checked()
  }

  private func carryOut(_ assignment: Assignment) async throws {
    var assignment = assignment
    assignment.confirmed = confirmed.take()
    try await committer.carryOut(assignment, committed: pass)
    if !assignment.confirmed.isEmpty { Failpoint.removed.hit() }
    for message in assignment.messages {
      if case .failure(let invalid) = message.content { warn(of: invalid, message) }
    }
  }

  /// Passes on the committed messages and acknowledgements.
  private func pass(_ batch: CommittedBatch) async throws {
    for tenantID in batch.overfull {
      logger.warning(
        "a line of parked commands is full, but still accepts more commands of its tenant",
        metadata: ["tenant_id": "\(tenantID)", "commands": "\(lines.all[tenantID]?.count ?? 0)"])
    }
    suspects.forget(batch.survived)
    confirmed.expect(batch.entries.count)
    // First the messages, since clients are waiting for them. But the acknowledgements must not wait for room.
    output.append([Publication(batch)], size: \.bytes)
    acknowledger.settle(batch.settled, letters: batch.settledLetters)
    committer.letters.acknowledged(batch.parkedLetters)
    try await output.waitForRoom()
  }

  private func warn(of invalid: InvalidCommand, _ message: ReceivedMessage) {
    logger.warning(
      "an invalid command goes to the dead letters",
      metadata: [
        "reason": "\(invalid.reason.rawValue)", "detail": "\(invalid.detail)",
        "command_id": "\(invalid.envelope.id ?? "")", "command_source": "\(invalid.envelope.source ?? "")",
        "tenant_id": "\(invalid.envelope.tenantID?.description ?? "")",
        "trace_id": "\(invalid.envelope.trace.flatMap { TraceParent($0.traceparent) }?.traceID ?? "")",
        "bytes": "\(message.body.count)",
        "routing_key": "\(message.routingKey.text ?? "")",
      ])
  }
}

extension CommitRequest {
  fileprivate var isLines: Bool {
    if case .lines = self { true } else { false }
  }
}
