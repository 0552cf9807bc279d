import DeliveryPipeline
import Failpoints
import MessageContract
package import UnitOfWork
package import WorkspaceApplication
package import WorkspaceDomain

/// Runs the commands of a batch in order, in memory, on what a ``ReadSet`` found, and gathers all that must be written.
package struct BatchRun {
  /// Why a batch could not be run to its end.
  package enum Failure: Error {
    case service(WorkspaceServiceError)
  }

  let environment: ExecutionEnvironment
  let snapshot: Snapshot
  private let lines: [TenantID: ParkedLine]
  private let workspaces: IdentityMap
  private let observations: DeferredObservations

  private var inbox: [CommandKey: InboxEntry]
  private var sequences: [TenantID: Int64] = [:]
  private var joined: [TenantID: Int] = [:]
  /// All that was gathered, complete once ``run(_:)`` has returned.
  package internal(set) var writeSet = WriteSet()
  /// Messages that are to wait, because their tenant's line is full. Nothing is gathered of them.
  package private(set) var held: [ReceivedMessage] = []
  /// What came of each message.
  package private(set) var handled: [HandledMessage] = []
  private var outcome: CommandOutcome?

  /// - Parameter lines: the tenants whose commands have to wait, and behind how many.
  package init(
    environment: ExecutionEnvironment, readSet: ReadSet, snapshot: Snapshot, lines: [TenantID: ParkedLine],
    observations: DeferredObservations
  ) {
    self.environment = environment
    self.snapshot = snapshot
    self.lines = lines
    self.observations = observations
    workspaces = IdentityMap(readSet: readSet, snapshot: snapshot)
    inbox = snapshot.inbox
  }

  package mutating func run(_ assignment: Assignment) throws(Failure) {
    writeSet.confirmed = assignment.confirmed
    writeSet.line = assignment.line
    for letter in assignment.letters {
      try record(letter)
      noteOutcome(of: nil)
    }
    for message in assignment.messages {
      let heldBefore = held.count
      try run(message, assignment.verdict)
      noteOutcome(of: message)
      // What is held has not been tried: its note stays.
      if let begun = message.begun, held.count == heldBefore { writeSet.survived.append(begun) }
    }
    workspaces.addChanges(to: &writeSet)
    for (tenantID, sequence) in sequences {
      if snapshot.tenants[tenantID] == nil {
        writeSet.newTenants[tenantID] = sequence
      } else {
        writeSet.sequences[tenantID] = sequence
      }
    }
  }

  private mutating func run(_ message: ReceivedMessage, _ verdict: Verdict?) throws(Failure) {
    switch (message.content, verdict) {
    case (_, .deadLetter(let failure, let error, let attempts)):
      try deadLetter(message, failure, error: error, attempts: attempts)
    case (.failure(let invalid), _): try deadLetter(message, invalid.failure)
    case (.success(let command), .parked(let failures, let dueAt)): park(message, command, failures, until: dueAt)
    case (.success(let command), _):
      if message.parked == nil, let line = lines[command.context.tenantID] {
        try lineUp(message, command, behind: line)
      } else {
        try answer(message.delivery, command, verdict)
      }
    }
  }
}

// MARK: - Commands that wait

extension BatchRun {
  /// Puts a command at the end of its tenant's line.
  private mutating func lineUp(
    _ message: ReceivedMessage, _ command: DecodedCommand, behind line: ParkedLine
  ) throws(Failure) {
    let fingerprint = message.delivery.isRedelivered ? MessageFingerprint.of(message.delivery.original) : nil
    // It was parked before, and its acknowledgement did not arrive.
    if let fingerprint, snapshot.parked.contains(fingerprint) { return }
    let now = environment.clock.now()
    let tenantID = line.tenantID
    guard environment.parking.isFull(line, added: joined[tenantID, default: 0], at: now) else {
      joined[tenantID, default: 0] += 1
      return park(message, command, nil, until: nil)
    }
    switch environment.parking.whenFull {
    case .strict: held.append(message)
    case .skip: try deadLetter(message, .lineFull, attempts: .init(count: 0, first: now))
    }
  }

  private mutating func park(
    _ message: ReceivedMessage, _ command: DecodedCommand, _ failures: ParkedCommand.Failures?, until dueAt: Timestamp?
  ) {
    count(.parked, command.type)
    let original = message.delivery.original
    writeSet.parked.append(
      ParkedCommand(
        tenantID: command.context.tenantID, type: command.type.rawValue, source: command.context.key.source,
        commandID: command.context.key.id, message: original, fingerprint: MessageFingerprint.of(original),
        parkedAt: environment.clock.now(), process: environment.process, failures: failures, dueAt: dueAt))
  }
}

// MARK: - Valid commands

extension BatchRun {
  /// A command that is known gets its answer again; a new one is carried out.
  private mutating func answer(_ delivery: Delivery, _ command: DecodedCommand, _ verdict: Verdict?) throws(Failure) {
    guard let known = inbox[command.context.key] else { return try execute(delivery, command, verdict) }
    let isSame = known.fingerprint == command.fingerprint
    let result = isSame ? EncodedMessage(recorded: known) : EncodedMessage(conflictOf: command, with: known)
    send(result, of: delivery, command)
    count(isSame ? .repeated : .rejected(code: Rejection.Code.idempotencyConflict.rawValue), command.type)
    note(isSame ? "already_applied" : "rejected:idempotency_conflict", of: delivery)
  }

  private mutating func execute(_ delivery: Delivery, _ command: DecodedCommand, _ verdict: Verdict?) throws(Failure) {
    DeadlyCommand.strike(command.context.key.id)
    let now = environment.clock.now()
    let outcome = try outcome(of: command, verdict, at: now)
    let result = ResultEncoder.encode(outcome, of: command, id: try newID(at: now), at: now)
    remember(result, of: command)
    send(result, of: delivery, command)
    switch outcome {
    case .success:
      count(.succeeded, command.type)
      note("succeeded", of: delivery)
    case .failure(let rejection):
      count(.rejected(code: rejection.code.rawValue), command.type)
      note("rejected:\(rejection.code.rawValue)", of: delivery)
    }
    for event in workspaces.takeEvents() {
      let encoded = EventEncoder.encode(
        event, id: try newID(at: now), sequence: nextSequence(of: event.tenantID), cause: command.context)
      writeSet.send(environment.messages.event(encoded))
    }
  }

  private func outcome(
    of command: DecodedCommand, _ verdict: Verdict?, at now: Timestamp
  ) throws(Failure) -> Result<WorkspaceReply, Rejection> {
    do throws(WorkspaceServiceError) {
      if case .rejected(let error) = verdict { throw error }
      return .success(try WorkspaceCommandHandler.handle(command.command, with: service(for: command.context, at: now)))
    } catch {
      guard let rejection = error.rejection else { throw .service(error) }
      return .failure(rejection)
    }
  }

  private func service(for context: CommandContext, at now: Timestamp) -> WorkspaceService {
    WorkspaceService(
      tenantID: context.tenantID, userID: context.userID, repository: workspaces,
      probe: observations.probe(for: ObservationContext(context)), identifiers: environment.identifiers, now: now,
      defaultRootName: environment.defaultRootName)
  }

  private mutating func remember(_ result: EncodedMessage, of command: DecodedCommand) {
    let entry = InboxEntry(
      key: command.context.key, fingerprint: command.fingerprint, tenantID: command.context.tenantID,
      resultID: result.id, resultType: result.type, result: result.body, recordedAt: result.time)
    inbox[entry.key] = entry
    writeSet.inbox.append(entry)
  }

  private mutating func send(_ result: EncodedMessage, of delivery: Delivery, _ command: DecodedCommand) {
    let messages = environment.messages.result(result, of: delivery, commandID: command.context.key.id)
    for message in messages { writeSet.send(message) }
  }

  private mutating func nextSequence(of tenantID: TenantID) -> Int64 {
    let sequence = (sequences[tenantID] ?? snapshot.tenants[tenantID] ?? 0) + 1
    sequences[tenantID] = sequence
    return sequence
  }

  func newID(at now: Timestamp) throws(Failure) -> ULID {
    do throws(IdentifiersExhausted) {
      return try environment.identifiers.next(at: now)
    } catch {
      throw .service(.identifiersExhausted)
    }
  }
}

// MARK: - Counting

extension BatchRun {
  mutating func count(_ kind: CommandOutcome.Kind, _ type: CommandType?) {
    outcome = CommandOutcome(type, kind)
  }

  /// Of a message that has been handled before, and is passed over, there is nothing to tell.
  private mutating func noteOutcome(of message: ReceivedMessage?) {
    guard let outcome else { return }
    handled.append(HandledMessage(message: message, outcome: outcome))
    self.outcome = nil
  }
}

// MARK: - Replays

extension BatchRun {
  /// Notes what came of a letter that an operator has sent again.
  mutating func note(_ outcome: String, of delivery: Delivery) {
    guard let reference = delivery.properties.replayReference else { return }
    writeSet.replayOutcomes.append(
      ReplayOutcome(reference: reference, outcome: outcome, at: environment.clock.now()))
  }
}

extension MessageProperties {
  var replayReference: ReplayReference? {
    headers?.string(ReplayReference.header).flatMap { ReplayReference($0) }
  }
}
