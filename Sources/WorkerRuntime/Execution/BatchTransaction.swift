package import DeliveryPipeline
import Failpoints
package import Logging
import MessageContract
package import UnitOfWork
package import WorkspaceApplication
import WorkspaceDomain

/// Carries an assignment out as one transaction, again where it met another writer or a passing trouble.
package struct BatchTransaction: Sendable {
  /// An assignment that no transaction can commit.
  struct Spoiled: Error {
    let cause: UnitOfWorkError
  }

  /// How often an assignment is run before its failure counts as one that running again won't cure.
  private static let maximumAttempts = 4

  let store: any UnitOfWorkStore
  let environment: ExecutionEnvironment
  let lines: ParkedLines
  let logger: Logger
  private let probe: any WorkspaceServiceProbe & Sendable
  private let workerProbe: any WorkerProbe
  private let backoff: Backoff
  private let deadline: Duration

  /// - Parameters:
  ///   - backoff: between two runs after a passing trouble.
  ///   - deadline: an assignment whose statements time out is run again for so long.
  package init(
    store: any UnitOfWorkStore, environment: ExecutionEnvironment, lines: ParkedLines,
    probe: any WorkspaceServiceProbe & Sendable, workerProbe: any WorkerProbe = SilentWorkerProbe(), backoff: Backoff,
    deadline: Duration, logger: Logger
  ) {
    self.store = store
    self.environment = environment
    self.lines = lines
    self.probe = probe
    self.workerProbe = workerProbe
    self.backoff = backoff
    self.deadline = deadline
    self.logger = logger
  }

  /// - Parameter next: when the first command that stays behind the assignment's line change was parked, where known.
  /// - Throws: ``Spoiled`` when one of the messages, or all of them together, are at fault. ``UnitOfWorkError`` when the
  ///   database can't be used now: the transaction may have been committed or not.
  func commit(_ assignment: Assignment, next: Timestamp? = nil) async throws -> CommittedBatch {
    let start = ContinuousClock.now
    var attempt = 1
    while true {
      do throws(UnitOfWorkError) {
        let batch = try await commitOnce(assignment, next: next, began: start)
        workerProbe.committed(batch)
        return batch
      } catch {
        workerProbe.rolledBack(error)
        logger.debug("a batch was rolled back", metadata: ["attempt": "\(attempt)", "error": "\(error)"])
        switch error {
        case .unavailable: throw error
        case .conflict where attempt < Self.maximumAttempts: break
        case .transient where attempt < Self.maximumAttempts: try await pause(after: attempt)
        case .timedOut where ContinuousClock.now - start < deadline: try await pause(after: attempt)
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

  private func commitOnce(
    _ assignment: Assignment, next: Timestamp?, began: ContinuousClock.Instant
  ) async throws(UnitOfWorkError) -> CommittedBatch {
    let lines = lines.all
    let readSet = ReadSet(assignment, environment, lines: lines)
    let snapshot = try await store.begin(readSet)
    Failpoint.begun.hit()
    let observations = DeferredObservations()
    var run = BatchRun(
      environment: environment, readSet: readSet, snapshot: snapshot, lines: lines, observations: observations)
    do throws(BatchRun.Failure) {
      try run.run(assignment)
    } catch {
      try await store.rollback()
      throw error.unitOfWorkError
    }
    Failpoint.written.hit()
    let ids = try await store.commit(run.writeSet)
    Failpoint.committed.hit()
    self.lines.committed(run.writeSet, next: next)
    observations.flush(to: probe)
    return CommittedBatch(assignment, run, ids: ids, began: began, at: environment.clock.now())
  }
}

extension ReadSet {
  /// What `assignment` could need to know.
  fileprivate init(_ assignment: Assignment, _ environment: ExecutionEnvironment, lines: [TenantID: ParkedLine]) {
    let commands = assignment.messages.compactMap { $0.command.map { (context: $0.context, command: $0.command) } }
    self.init(commands, defaultRootName: environment.defaultRootName)
    for message in assignment.messages where message.delivery.isRedelivered {
      // It was delivered before, and its acknowledgement did not arrive.
      let isInLine = message.tenantID.map { lines[$0] != nil } ?? false
      guard message.command == nil || assignment.verdict?.isDeadLetter == true || isInLine else { continue }
      let fingerprint = MessageFingerprint.of(message.delivery.original)
      deadLetters.insert(DeadLetterKey(queue: environment.queue, fingerprint: fingerprint))
      if isInLine { parked.insert(fingerprint) }
    }
    for letter in assignment.letters where letter.delivery.isRedelivered { deadLetters.insert(letter.key) }
  }
}

extension BatchRun.Failure {
  fileprivate var unitOfWorkError: UnitOfWorkError {
    switch self {
    case .service(.identifiersExhausted): .transient(reason: "no identifier is left within this millisecond")
    case .service(let error): .failed(reason: "\(error)")
    }
  }
}
