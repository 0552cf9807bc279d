package import Coordination
import Failpoints
package import Logging
import MessageContract
import Messaging
package import UnitOfWork
package import WorkspaceApplication
import WorkspaceDomain

/// Carries batches out, each exactly once. What happens to a batch, from top to bottom:
///
/// 1. ``carryOut(_:committed:)``: as one transaction; where one of its messages spoils that, in halves, until that one
///    stands alone and gets its verdict, while the others are carried out. Where one can't be answered before what
///    those in front of it have changed is committed, in several parts. Where one takes away more than a transaction
///    does, in as many as that takes.
/// 2. ``commit(_:next:since:)``: again where it met another writer or a passing trouble.
/// 3. `commitOnce`: reads all that the batch could need, runs it in memory, writes and commits. Two round trips, behind
///    what the ``AccessDecider`` needs, if it is not the batch itself that decides what users may do.
package struct Committer: Sendable {
  /// An assignment that no transaction can commit.
  struct Spoiled: Error {
    let cause: UnitOfWorkError
    /// Its first messages can, and the next one behind them in another; nil where it is not known which.
    var undecidedAfter: Int?
  }

  /// How often an assignment is run before its failure counts as one that running again won't cure.
  private static let maximumAttempts = 4

  let store: any UnitOfWorkStore
  let environment: ExecutionEnvironment
  let lines: ParkedLines
  let letters: LetterDeliveries
  private let logger: Logger
  private let probe: any WorkspaceServiceProbe & Sendable
  private let workerProbe: any WorkerProbe
  private let backoff: Backoff
  private let deadline: Duration

  /// - Parameters:
  ///   - backoff: between two runs after a passing trouble.
  ///   - deadline: an assignment whose statements time out is run again for so long.
  package init(
    store: any UnitOfWorkStore, environment: ExecutionEnvironment, lines: ParkedLines,
    letters: LetterDeliveries = LetterDeliveries(), probe: any WorkspaceServiceProbe & Sendable,
    workerProbe: any WorkerProbe = WorkerProbes(), backoff: Backoff, deadline: Duration, logger: Logger
  ) {
    self.store = store
    self.environment = environment
    self.lines = lines
    self.letters = letters
    self.probe = probe
    self.workerProbe = workerProbe
    self.backoff = backoff
    self.deadline = deadline
    self.logger = logger
  }

  // MARK: - 1. In halves

  /// Carries out what `assignment` holds, in its order, each exactly once.
  ///
  /// What the broker has dead-lettered and can't be recorded stays where it is: the broker has it.
  ///
  /// - Parameter committed: called after each transaction, in order; one is enough for most batches.
  /// - Throws: ``UnitOfWorkError`` when the database can't be used now, ``ReplicaError`` when nobody can decide now
  ///   what users may do. What `committed` was not called for may have been committed or not; the inbox tells when the
  ///   deliveries come back.
  package func carryOut(_ assignment: Assignment, committed: (CommittedBatch) async throws -> Void) async throws {
    try await carryOut(assignment, since: .now, committed: committed)
  }

  private func carryOut(
    _ assignment: Assignment, since start: ContinuousClock.Instant, committed: (CommittedBatch) async throws -> Void
  ) async throws {
    do {
      let batch = try await commit(assignment, since: start)
      try await committed(batch)
      guard batch.isUnfinished else { return }
    } catch let spoiled as Spoiled {
      if let parts = spoiled.undecidedAfter.map(assignment.parts(undecidedAfter:)) ?? assignment.halves {
        for part in parts { try await carryOut(part, since: start, committed: committed) }
      } else if let message = assignment.messages.first {
        guard let verdict = message.verdict ?? verdict(on: message, spoiled.cause) else { throw spoiled.cause }
        var assignment = assignment
        assignment.messages = [message.decided(verdict)]
        try await committed(try await settle(assignment))
      } else if let letter = assignment.letters.first {
        logger.error(
          "a message that the broker dead-lettered can't be recorded; it stays in its queue",
          metadata: ["queue": "\(letter.key.queue)", "error": "\(spoiled.cause)"])
      } else {
        throw spoiled.cause
      }
      return
    }
    try await carryOut(Assignment(assignment.messages), since: .now, committed: committed)
  }

  // MARK: - 2. Again

  /// Carries an assignment out as one transaction, again where it met another writer or a passing trouble.
  ///
  /// The deadline is that of the batch which `assignment` is a part of: halves of a batch that has used it up don't
  /// wait for it again, or a batch would take it as often as it can be halved.
  ///
  /// - Parameter next: when the first command that stays behind the assignment's line change was parked, where known.
  /// - Throws: ``Spoiled`` when one of the messages, or all of them together, are at fault. ``UnitOfWorkError`` when
  ///   the database can't be used now: the transaction may have been committed or not. ``ReplicaError`` when nobody can
  ///   decide now what users may do: it was not.
  func commit(
    _ assignment: Assignment, next: Timestamp? = nil, since batchStart: ContinuousClock.Instant? = nil
  ) async throws -> CommittedBatch {
    let start = ContinuousClock.now
    var attempt = 1
    while true {
      do {
        let batch = try await commitOnce(assignment, next: next, began: start)
        workerProbe.observe(.committed(batch))
        return batch
      } catch let error as UnitOfWorkError {
        workerProbe.observe(.rolledBack(error))
        logger.debug("a batch was rolled back", metadata: ["attempt": "\(attempt)", "error": "\(error)"])
        switch error {
        case .unavailable: throw error
        case .conflict where attempt < Self.maximumAttempts: break
        case .transient where attempt < Self.maximumAttempts: try await pause(after: attempt)
        case .timedOut where ContinuousClock.now - (batchStart ?? start) < deadline: try await pause(after: attempt)
        case .transient: throw error
        case .conflict, .timedOut, .failed: throw Spoiled(cause: error)
        }
        attempt += 1
      }
    }
  }

  private func pause(after attempt: Int) async throws {
    try await Task.sleep(for: backoff.delay(attempt: attempt, random: .random(in: 0...1)))
  }

  // MARK: - 3. Once

  private func commitOnce(
    _ assignment: Assignment, next: Timestamp?, began: ContinuousClock.Instant
  ) async throws -> CommittedBatch {
    let lines = lines.all
    let readSet = ReadSet(assignment, environment, lines: lines)
    let decisions = try await environment.decider.decisions(on: readSet.access.questions, at: store)
    let snapshot = try await store.begin(readSet)
    Failpoint.begun.hit()
    guard decisions?.hold(in: snapshot) ?? true else {
      // Another writer was there between the decisions and the lock.
      try await store.rollback()
      throw UnitOfWorkError.conflict(constraint: nil)
    }
    let observations = DeferredObservations()
    var run = BatchRun(
      environment: environment, readSet: readSet, snapshot: snapshot, lines: lines, observations: observations,
      claimed: letters.claimed, decisions: decisions)
    do throws(BatchRun.Failure) {
      try run.run(assignment)
    } catch {
      try await store.rollback()
      if case .undecided(let count) = error { throw Spoiled(cause: error.unitOfWorkError, undecidedAfter: count) }
      throw error.unitOfWorkError
    }
    Failpoint.written.hit()
    let ids = try await store.commit(run.writeSet)
    Failpoint.committed.hit()
    self.lines.committed(run.writeSet, next: next)
    letters.claim(run.letters.values)
    for batch in run.batchAnswers { batch.reply.commit(batch.answers) }
    // It is decided on again.
    if !run.isUnfinished { observations.flush(to: probe) }
    return CommittedBatch(assignment, run, ids: ids, began: began, at: environment.clock.now())
  }
}

// MARK: - Verdicts

extension Committer {
  /// Commits what is decided about the only message of `assignment`, if it has one. Where the inbox does not take the
  /// answer of one that becomes a dead letter, it is a dead letter all the same: the others of its queue must not wait
  /// for that.
  ///
  /// - Throws: ``UnitOfWorkError``.
  func settle(_ assignment: Assignment, next: Timestamp? = nil) async throws -> CommittedBatch {
    do {
      return try await commit(assignment, next: next)
    } catch let spoiled as Spoiled {
      guard let message = assignment.messages.first, let verdict = message.verdict?.unremembered else {
        throw spoiled.cause
      }
      var assignment = assignment
      assignment.messages = [message.decided(verdict)]
      return try await settle(assignment, next: next)
    }
  }

  /// What to do with a message that spoils every transaction, also when it is alone in it.
  ///
  /// - Returns: nil where the message is not to blame: a race that is no rule, lost again and again, is for later.
  func verdict(on message: ReceivedMessage, _ cause: UnitOfWorkError) -> Verdict? {
    guard let command = message.command else { return nil }
    if case .conflict(let constraint) = cause {
      guard let constraint, constraint != .inboxKey else { return nil }
      if let rejection = command.command.rejection(by: constraint) { return .rejected(rejection) }
    }
    let now = environment.clock.now()
    let failures = ParkedCommand.Failures(after: message.parked?.command.failures, at: now, error: "\(cause)")
    let delay = environment.parking.retries.delay(after: failures.count, random: .random(in: 0...1))
    log(failures, of: command, delay)
    guard let delay else {
      return .deadLetter(
        .unexpected, error: failures.error, attempts: .init(count: failures.count, first: failures.first))
    }
    return .parked(failures, until: now.advanced(by: delay))
  }

  private func log(_ failures: ParkedCommand.Failures, of command: DecodedCommand, _ delay: Duration?) {
    let outcome =
      delay == nil ? "and goes to the dead letters" : "and is parked; later ones of its tenant wait behind it"
    logger.error(
      "a command fails for an unexpected reason, \(outcome)",
      metadata: [
        "command_id": "\(command.context.key.id)", "command_source": "\(command.context.key.source)",
        "tenant_id": "\(command.context.tenantID)", "error": "\(failures.error)", "failures": "\(failures.count)",
        "delay_ms": "\(delay.map { Int($0 / .milliseconds(1)) } ?? 0)",
      ])
  }
}

extension BatchRun.Failure {
  fileprivate var unitOfWorkError: UnitOfWorkError {
    switch self {
    case .service(.identifiersExhausted): .transient(reason: "no identifier is left within this millisecond")
    case .service(let error): .failed(reason: "\(error)")
    case .unfinished: .failed(reason: "the command takes several transactions")
    case .undecided(let count): .failed(reason: "the first \(count) messages leave the answer to the next one open")
    }
  }
}

extension Timestamp {
  fileprivate func advanced(by duration: Duration) -> Timestamp {
    Timestamp(milliseconds: milliseconds + Int64(duration / .milliseconds(1)))
  }
}
