import CrashWitness
import Failpoints
import MessageContract
import Messaging
package import UnitOfWork
package import WorkspaceApplication
package import WorkspaceDomain

/// Runs the commands of a batch in order, in memory, on the data of a ``ReadSet``, and collects everything to be
/// written.
package struct BatchRun {
  /// Why a batch could not be completed.
  package enum Failure: Error {
    case service(WorkspaceServiceError)
    /// The changes by the first `after` messages leave the answer to the next one undecided until they are committed.
    case undecided(after: Int)
    /// The command was carried out only in part.
    case unfinished
  }

  let environment: ExecutionEnvironment
  let snapshot: Snapshot
  var lines: [TenantID: ParkedLine]
  private let work: WorkingSet
  private let observations: DeferredObservations

  var inbox: [CommandKey: InboxEntry]
  private var sequences: [TenantID: Int64] = [:]
  var joined: [TenantID: (count: Int, bytes: Int)] = [:]
  /// Commands known to wait in lines: asked for by the read set, or parked by this batch.
  var waiting: Set<InboxKey>
  /// Everything collected, complete once ``run(_:)`` has returned.
  package internal(set) var writeSet = WriteSet()
  /// Tenants whose lines have exceeded their limit.
  package internal(set) var overfull: Set<TenantID> = []
  /// Whether the first message was carried out only in part. Then none of the messages is settled, and the line does
  /// not advance.
  package private(set) var isUnfinished = false
  /// The outcome of each message.
  package private(set) var handled: [HandledMessage] = []
  /// Letters whose own message has arrived (again) in this session: any further one with the same bytes is a new
  /// message.
  var claimed: Set<ULID>
  /// The letters of this batch, by the identity of their messages.
  var letters: [ObjectIdentifier: ULID] = [:]
  /// The answers to elements of batches, in the order of the messages that hold them; the elements of a message are
  /// adjacent.
  var batchAnswers: [BatchAnswers] = []
  /// What is to be published in batches, in order.
  var batched: (results: [EncodedMessage], events: [EncodedMessage]) = ([], [])

  /// The answers to elements of one message, by their places in it.
  struct BatchAnswers {
    /// The properties of the message.
    let properties: MessageProperties
    let reply: BatchReply
    var answers: [Int: BatchReply.Answer] = [:]
  }

  /// - Parameters:
  ///   - snapshot: what was read.
  ///   - work: the same data, for the commands to see and change.
  ///   - lines: the lines of parked commands that further commands of their tenants have to join.
  ///   - claimed: letters that must not be matched with redeliveries.
  package init(
    environment: ExecutionEnvironment, snapshot: Snapshot, work: WorkingSet, lines: [TenantID: ParkedLine],
    observations: DeferredObservations, claimed: Set<ULID> = []
  ) {
    self.environment = environment
    self.snapshot = snapshot
    self.work = work
    self.lines = lines
    self.observations = observations
    inbox = snapshot.inbox
    waiting = snapshot.waiting
    self.claimed = claimed
  }

  package mutating func run(_ assignment: Assignment) throws(Failure) {
    writeSet.confirmed = assignment.confirmed
    writeSet.line = assignment.line
    for letter in assignment.letters {
      guard let outcome = try record(letter) else { continue }
      if let reference = letter.delivery.properties.replayReference {
        writeSet.note(ReplayOutcome(reference: reference, outcome: outcome, at: environment.clock.now()))
      }
      let type = letter.envelope.type.flatMap(CommandType.init)
      handled.append(HandledMessage(message: nil, type: type, outcome: outcome))
    }
    do throws(Failure) {
      try run(assignment.messages)
    } catch .unfinished {
      isUnfinished = true
      writeSet.line = nil
    }
    answerBatches()
    publishBatches()
    work.addChanges(to: &writeSet)
    if environment.replicatesRelationships { work.addRelationships(to: &writeSet) }
    for (tenantID, sequence) in sequences {
      if snapshot.tenants[tenantID] == nil {
        writeSet.newTenants[tenantID] = sequence
      } else {
        writeSet.sequences[tenantID] = sequence
      }
    }
  }

  /// - Throws: ``Failure/unfinished`` only for the first message.
  private mutating func run(_ messages: [ReceivedMessage]) throws(Failure) {
    for (index, message) in messages.enumerated() {
      let outcome: Outcome?
      do throws(Failure) {
        outcome = try InHand.with(message.body, .running) { () throws(Failure) in try run(message) }
      } catch .service(.repositoryFailed(.undecided)) where messages.count > 1 {
        // The first message is undecided only because of what was read for those behind it: alone, it can be decided.
        throw .undecided(after: max(1, index))
      } catch .unfinished where index > 0 {
        throw .undecided(after: index)
      }
      if let outcome { note(outcome, of: message) }
      // A command that has just joined a line has not been tried.
      let isSettled = outcome.map { $0 != .parked || message.verdict?.isParked == true } ?? false
      if isSettled, let begun = message.begun { writeSet.survived.append(begun) }
    }
  }

  /// - Returns: the outcome; nil if the message was handled before, and is skipped.
  private mutating func run(_ message: ReceivedMessage) throws(Failure) -> Outcome? {
    switch (message.content, message.verdict) {
    // The command was answered before, but not acknowledged.
    case (.success(let command), .deadLetter) where isAnswered(command, message):
      return try answer(message, command)
    case (_, .deadLetter(let failure, let error, let attempts, let isRemembered)):
      return try deadLetter(message, failure, error: error, attempts: attempts, isRemembered: isRemembered)
    case (.failure(let invalid), _): return try deadLetter(message, invalid.failure)
    case (.success(let command), .parked(let failures, let dueAt)):
      let isFirst = lines[command.context.tenantID] == nil
      return park(message, command, failures, until: isFirst ? dueAt : nil)
    case (.success(let command), let verdict):
      guard message.parked == nil, let line = lines[command.context.tenantID] else {
        return try answer(message, command, verdict?.rejection)
      }
      return try lineUp(message, command, behind: line)
    }
  }

  private mutating func note(_ outcome: Outcome, of message: ReceivedMessage) {
    handled.append(HandledMessage(message: message, type: message.command?.type, outcome: outcome))
    // A replayed letter has no outcome while it is parked.
    guard outcome != .parked, let reference = message.properties.replayReference else { return }
    writeSet.note(ReplayOutcome(reference: reference, outcome: outcome, at: environment.clock.now()))
  }
}

// MARK: - Valid commands

extension BatchRun {
  /// A known command gets its answer again; a new one is executed.
  ///
  /// - Parameter error: the violation that is already known, if any.
  mutating func answer(
    _ message: ReceivedMessage, _ command: DecodedCommand, _ error: WorkspaceServiceError? = nil
  ) throws(Failure) -> Outcome {
    guard let known = inbox[command.context.key], isAnswered(command, message) else {
      return try execute(message, command, error)
    }
    let isSame = known.fingerprint.matches(command.fingerprint)
    let result = isSame ? EncodedMessage(recorded: known) : EncodedMessage(conflictOf: command, message.properties)
    send(result, of: message, commandID: command.context.key.id)
    return isSame ? .repeated : .rejected(.idempotencyConflict)
  }

  /// Whether the inbox has an answer that stands. A failure stands until an operator replays its letter.
  func isAnswered(_ command: DecodedCommand, _ message: ReceivedMessage) -> Bool {
    guard let known = inbox[command.context.key] else { return false }
    guard known.isFailure, known.fingerprint.matches(command.fingerprint) else { return true }
    guard let reference = message.properties.replayReference else { return true }
    return switch snapshot.replays[reference] {
    case .original(let key): key != command.context.key
    case .correction(let hash): hash != FatalMessages.hash(message.body)
    case nil: true
    }
  }

  private mutating func execute(
    _ message: ReceivedMessage, _ command: DecodedCommand, _ error: WorkspaceServiceError?
  ) throws(Failure) -> Outcome {
    DeadlyCommand.strike(command.context.key.id)
    let now = environment.clock.now()
    let answer: Result<CommandReply, Rejection>
    do throws(Failure) {
      answer = try self.answer(to: command, error, at: now)
    } catch .unfinished {
      for event in try takeEvents(of: command, at: now) { publish(event) }
      throw .unfinished
    }
    let result = ResultEncoder.encode(answer, of: command, id: try newID(at: now), at: now)
    remember(result, of: command)
    let events = try takeEvents(of: command, at: now)
    let sequence = events.isEmpty ? nil : sequences[command.context.tenantID]
    send(result, of: message, commandID: command.context.key.id, sequence: sequence)
    for event in events { publish(event) }
    return switch answer {
    case .success: .succeeded
    case .failure(let rejection): .rejected(rejection.code)
    }
  }

  private mutating func takeEvents(of command: DecodedCommand, at now: Timestamp) throws(Failure) -> [EncodedMessage] {
    try work.events.take().map { event throws(Failure) in
      EventEncoder.encode(
        event, id: try newID(at: now), sequence: nextSequence(of: event.tenantID), cause: command.context)
    }
  }

  private func answer(
    to command: DecodedCommand, _ error: WorkspaceServiceError?, at now: Timestamp
  ) throws(Failure) -> Result<CommandReply, Rejection> {
    do throws(WorkspaceServiceError) {
      if let error { throw error }
      return .success(try command.command.run(in: scope(of: command.context, at: now)))
    } catch .unfinished {
      throw .unfinished
    } catch {
      guard let rejection = error.rejection else { throw .service(error) }
      return .failure(rejection)
    }
  }

  private func scope(
    of context: CommandContext, at now: Timestamp
  ) throws(WorkspaceServiceError) -> CommandScope {
    try CommandScope(
      context: context, repositories: work.repositories, probe: observations, identifiers: environment.identifiers,
      now: now, rules: environment.rules)
  }

  mutating func send(_ result: EncodedMessage, of message: ReceivedMessage, commandID: String?, sequence: Int64? = nil)
  {
    let messages = environment.messages.result(
      result, of: message.properties, isElement: message.element != nil, commandID: commandID, sequence: sequence)
    for message in messages { writeSet.send(message) }
    if environment.messages.forms.results.hasBatches { batched.results.append(result) }
    note(.result(id: result.id.description, body: result.body), to: message)
  }

  mutating func publish(_ event: EncodedMessage) {
    let messages = environment.messages
    if messages.forms.events.hasSingles { writeSet.send(messages.event(event)) }
    if messages.forms.events.hasBatches { batched.events.append(event) }
  }

  mutating func remember(_ result: EncodedMessage, of command: DecodedCommand) {
    let entry = InboxEntry(
      key: command.context.key, fingerprint: command.fingerprint.recorded, resultID: result.id, resultType: result.type,
      result: result.body, recordedAt: result.time)
    inbox[entry.key] = entry
    if snapshot.inbox[entry.key] == nil { writeSet.inbox.append(entry) } else { writeSet.replacedInbox.append(entry) }
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
