package import Coordination
import Failpoints
package import Logging
import MessageContract
import Messaging
package import UnitOfWork
package import WorkspaceApplication
import WorkspaceDomain

/// Carries out batches, each exactly once. What happens to a batch, from top to bottom:
///
/// 1. ``carryOut(_:committed:)``: runs it as one transaction. If one of its messages makes the transaction fail, the
///    batch is halved until that message stands alone and gets its verdict, while the others are carried out. If a
///    message can't be answered before the changes of earlier messages are committed, or if all together ask for too
///    much, the batch is run in several parts. A message that removes more than one transaction may remove takes
///    several transactions.
/// 2. ``commit(_:next:since:)``: retries after a conflict with another writer or a transient failure.
/// 3. `commitOnce`: reads everything that the batch could need, runs it in memory, writes and commits. Two round trips,
///    after those of the ``AccessDecider``, if permissions are not decided by the batch itself.
package struct Committer: Sendable {
  /// An assignment that can't be committed as one transaction.
  struct Uncommittable: Error {
    let cause: UnitOfWorkError
    /// How many of its first messages can be committed together, without the next one; nil if unknown.
    var undecidedAfter: Int?
    /// Whether permissions could not be decided.
    var isUndecidable = false
  }

  /// How often an assignment is run before a conflict or a transient failure counts as permanent.
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
  ///   - backoff: between two runs after a transient failure or a timeout.
  ///   - deadline: how long an assignment whose statements time out is rerun, and one is halved whose permissions can't
  ///     be decided.
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

  /// Carries out everything in `assignment`, in order and exactly once.
  ///
  /// A message that the broker has dead-lettered and that can't be recorded stays in the broker's queue.
  ///
  /// - Parameter committed: called after each transaction, in order; most batches take only one.
  /// - Throws: ``UnitOfWorkError`` if the database can't be used now, ``ReplicaError`` if permissions can't be decided
  ///   now. Work for which `committed` was not called may or may not have been committed; the inbox tells when the
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
    } catch let failure as Uncommittable {
      if let parts = failure.undecidedAfter.map(assignment.parts(undecidedAfter:)) ?? assignment.halves {
        for (index, part) in parts.enumerated() {
          // Where many questions take too long, the service is to blame. What comes before this part is committed, so
          // the next session goes on from here.
          if failure.isUndecidable, index > 0, ContinuousClock.now - start >= deadline {
            throw ReplicaError(.unavailable, "\(failure.cause)")
          }
          try await carryOut(part, since: start, committed: committed)
        }
      } else if let message = assignment.messages.first {
        guard let verdict = message.verdict ?? verdict(on: message, failure.cause) else { throw failure.cause }
        var assignment = assignment
        assignment.messages = [message.decided(verdict)]
        try await committed(try await settle(assignment))
      } else if let letter = assignment.letters.first {
        logger.error(
          "a message that the broker dead-lettered can't be recorded; it stays in its queue",
          metadata: ["queue": "\(letter.key.queue)", "error": "\(failure.cause)"])
      } else {
        throw failure.cause
      }
      return
    }
    try await carryOut(Assignment(assignment.messages), since: .now, committed: committed)
  }

  // MARK: - 2. Again

  /// Carries out an assignment as one transaction, with retries after a conflict with another writer or a transient
  /// failure.
  ///
  /// The deadline is that of the whole batch that `assignment` is a part of: halves of a batch that has used up its
  /// deadline don't get another one, or each halving would add one.
  ///
  /// - Parameter next: when the first command remaining after the assignment's line change was parked, if known.
  /// - Throws: ``Uncommittable`` if one of the messages, or all of them together, are at fault. ``UnitOfWorkError`` if the
  ///   database can't be used now: the transaction may or may not have been committed. ``ReplicaError`` if permissions
  ///   can't be decided now: it was not committed.
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
      } catch let error as UndecidableQuestions {
        throw Uncommittable(cause: .failed(reason: error.description), isUndecidable: true)
      } catch let error as UnitOfWorkError {
        workerProbe.observe(.rolledBack(error))
        logger.debug("a batch was rolled back", metadata: ["attempt": "\(attempt)", "error": "\(error)"])
        switch error {
        case .unavailable: throw error
        case .conflict where attempt < Self.maximumAttempts: break
        case .transient where attempt < Self.maximumAttempts: try await pause(after: attempt)
        case .timedOut where ContinuousClock.now - (batchStart ?? start) < deadline: try await pause(after: attempt)
        case .transient: throw error
        case .conflict, .timedOut, .failed: throw Uncommittable(cause: error)
        }
        attempt += 1
      }
    }
  }

  /// The beginning of a batch that has used up its deadline.
  var overdue: ContinuousClock.Instant { .now - deadline }

  private func pause(after attempt: Int) async throws {
    try await Task.sleep(for: backoff.delay(attempt: attempt, random: .random(in: 0...1)))
  }

  // MARK: - 3. Once

  private func commitOnce(
    _ assignment: Assignment, next: Timestamp?, began: ContinuousClock.Instant
  ) async throws -> CommittedBatch {
    let lines = lines.all
    let readSet = ReadSet(assignment, environment, lines: lines)
    if assignment.messages.count > 1, readSet.isTooWide {
      throw Uncommittable(cause: .failed(reason: "the commands ask for too much together"))
    }
    let decisions = try await environment.decider.decisions(on: readSet.access.questions, at: store)
    let snapshot = try await store.begin(readSet)
    Failpoint.begun.hit()
    guard decisions?.hold(in: snapshot) ?? true else {
      // Another writer has committed between the decisions and the lock.
      try await store.rollback()
      throw UnitOfWorkError.conflict(constraint: nil)
    }
    let work = WorkingSet(
      readSet: readSet, snapshot: snapshot, rules: environment.rules.access, decisions: decisions)
    let observations = DeferredObservations()
    var run = BatchRun(
      environment: environment, snapshot: snapshot, work: work, lines: lines, observations: observations,
      claimed: letters.claimed)
    do throws(BatchRun.Failure) {
      try run.run(assignment)
    } catch {
      try await store.rollback()
      if case .undecided(let count) = error { throw Uncommittable(cause: error.unitOfWorkError, undecidedAfter: count) }
      throw error.unitOfWorkError
    }
    Failpoint.written.hit()
    let ids = try await store.commit(run.writeSet)
    Failpoint.committed.hit()
    self.lines.committed(run.writeSet, next: next)
    letters.claim(run.letters.values)
    for batch in run.batchAnswers { batch.reply.commit(batch.answers) }
    // An unfinished command runs again, and is observed when it is finished.
    if !run.isUnfinished { observations.flush(to: probe) }
    return CommittedBatch(assignment, run, ids: ids, began: began, at: environment.clock.now())
  }
}

// MARK: - Verdicts

extension Committer {
  /// Commits the verdict on the only message of `assignment`, if it has one. If the inbox rejects the answer to a
  /// message that becomes a dead letter, the message is dead-lettered without an inbox entry: the other messages in its
  /// queue must not wait.
  ///
  /// - Throws: ``UnitOfWorkError``.
  func settle(_ assignment: Assignment, next: Timestamp? = nil) async throws -> CommittedBatch {
    do {
      return try await commit(assignment, next: next)
    } catch let failure as Uncommittable {
      guard let message = assignment.messages.first, let verdict = message.verdict?.unremembered else {
        throw failure.cause
      }
      var assignment = assignment
      assignment.messages = [message.decided(verdict)]
      return try await settle(assignment, next: next)
    }
  }

  /// The verdict on a message that makes every transaction fail, even one of its own.
  ///
  /// - Returns: nil if the message is not to blame: it lost a race, perhaps repeatedly, but violates no rule, and is
  ///   tried again later.
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
      delay == nil ? "and goes to the dead letters" : "and is parked; later commands of its tenant wait behind it"
    logger.error(
      "a command failed for an unexpected reason, \(outcome)",
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
    case .unfinished: .failed(reason: "the command needs several transactions")
    case .undecided(let count): .failed(reason: "the first \(count) messages leave the next one's answer undecided")
    }
  }
}

extension Timestamp {
  fileprivate func advanced(by duration: Duration) -> Timestamp {
    Timestamp(milliseconds: milliseconds + Int64(duration / .milliseconds(1)))
  }
}
