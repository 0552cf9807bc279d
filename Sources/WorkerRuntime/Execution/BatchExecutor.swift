package import DeliveryPipeline
import Failpoints
package import Logging
import MessageContract
package import UnitOfWork
package import WorkspaceApplication

/// Runs batches as units of work, again where that helps, and in halves where one of a batch's commands spoils it.
package struct BatchExecutor: Sendable {
  /// How often a batch is run before its failure counts as one that running again won't cure.
  private static let maximumAttempts = 4

  private let store: any UnitOfWorkStore
  private let environment: ExecutionEnvironment
  private let probe: any WorkspaceServiceProbe & Sendable
  private let backoff: Backoff
  private let logger: Logger

  package init(
    store: any UnitOfWorkStore, environment: ExecutionEnvironment, probe: any WorkspaceServiceProbe & Sendable,
    backoff: Backoff, logger: Logger
  ) {
    self.store = store
    self.environment = environment
    self.probe = probe
    self.backoff = backoff
    self.logger = logger
  }

  /// Runs `messages` in order, each exactly once.
  ///
  /// - Parameters:
  ///   - confirmed: messages that were published, to be removed from the outbox with the first transaction.
  ///   - committed: called after each transaction, in order; one is enough for most batches.
  /// - Throws: ``UnitOfWorkError`` when the database can't be used now. What `committed` was not called for may have
  ///   been committed or not; the inbox tells when the deliveries come back.
  package func execute(
    _ messages: [ReceivedMessage], removing confirmed: [OutboxID],
    committed: (CommittedBatch) async throws -> Void
  ) async throws {
    do {
      try await committed(try await commit(messages, removing: confirmed, verdict: nil))
    } catch BatchFailure.spoiled(let failure) {
      if messages.count > 1 {
        let middle = messages.count / 2
        try await execute(Array(messages[..<middle]), removing: confirmed, committed: committed)
        try await execute(Array(messages[middle...]), removing: [], committed: committed)
      } else {
        try await committed(try await settle(messages, failure, removing: confirmed))
      }
    }
  }

  /// Commits the verdict on a lone message that spoils every transaction.
  private func settle(
    _ messages: [ReceivedMessage], _ failure: UnitOfWorkError, removing confirmed: [OutboxID]
  ) async throws -> CommittedBatch {
    guard let verdict = verdict(on: messages[0], failure) else { throw failure }
    do {
      return try await commit(messages, removing: confirmed, verdict: verdict)
    } catch BatchFailure.spoiled(let failure) {
      throw failure
    }
  }

  /// One transaction, run again where it met another writer or a passing trouble.
  private func commit(
    _ messages: [ReceivedMessage], removing confirmed: [OutboxID], verdict: Verdict?
  ) async throws -> CommittedBatch {
    var attempt = 1
    while true {
      do throws(UnitOfWorkError) {
        return try await commitOnce(messages, removing: confirmed, verdict: verdict)
      } catch {
        logger.debug("a batch was rolled back", metadata: ["attempt": "\(attempt)", "error": "\(error)"])
        switch error {
        case .unavailable: throw error
        case .conflict where attempt < Self.maximumAttempts: break
        case .transient where attempt < Self.maximumAttempts:
          try await Task.sleep(for: backoff.delay(attempt: attempt, random: .random(in: 0...1)))
        case .transient: throw error
        case .conflict, .failed: throw BatchFailure.spoiled(error)
        }
        attempt += 1
      }
    }
  }

  private func commitOnce(
    _ messages: [ReceivedMessage], removing confirmed: [OutboxID], verdict: Verdict?
  ) async throws(UnitOfWorkError) -> CommittedBatch {
    let commands = messages.compactMap { $0.command.map { (context: $0.context, command: $0.command) } }
    var readSet = ReadSet(commands, defaultRootName: environment.defaultRootName)
    readSet.deadLetters = Self.deadLettersBefore(messages, verdict)
    let snapshot = try await store.begin(readSet)
    Failpoint.begun.hit()
    let observations = DeferredObservations()
    var run = BatchRun(
      environment: environment, readSet: readSet, snapshot: snapshot, confirmed: confirmed, observations: observations)
    do throws(BatchRun.Failure) {
      try run.run(messages, verdict: verdict)
    } catch {
      try await store.rollback()
      throw error.unitOfWorkError
    }
    Failpoint.written.hit()
    let ids = try await store.commit(run.writeSet)
    Failpoint.committed.hit()
    observations.flush(to: probe)
    return CommittedBatch(messages, verdict: verdict, outbox: run.writeSet.outbox, ids: ids)
  }

  /// What may be in the ledger already: it was delivered before, and its acknowledgement did not arrive.
  private static func deadLettersBefore(_ messages: [ReceivedMessage], _ verdict: Verdict?) -> Set<[UInt8]> {
    let suspects = messages.filter { $0.delivery.isRedelivered && ($0.command == nil || verdict?.isFailure == true) }
    return Set(suspects.map { MessageFingerprint.of($0.original) })
  }

  /// What to do with a command that spoils every transaction, also when it is alone in it.
  ///
  /// - Returns: nil where the command is not to blame: a race that is no rule, lost again and again, is for later.
  private func verdict(on message: ReceivedMessage, _ failure: UnitOfWorkError) -> Verdict? {
    guard let command = message.command else { return nil }
    if case .conflict(let constraint) = failure {
      guard let constraint, constraint != .inboxKey else { return nil }
      if let rejection = constraint.rejection(of: command.command) { return .rejected(rejection) }
    }
    logger.error(
      "a command fails for an unexpected reason and goes to the dead letters",
      metadata: [
        "command_id": "\(command.context.key.id)", "command_source": "\(command.context.key.source)",
        "tenant_id": "\(command.context.tenantID)", "error": "\(failure)",
      ])
    return .failed(.unexpected)
  }
}

/// A batch has a command that no transaction can commit.
private enum BatchFailure: Error {
  case spoiled(UnitOfWorkError)
}

extension BatchRun.Failure {
  fileprivate var unitOfWorkError: UnitOfWorkError {
    switch self {
    case .service(.identifiersExhausted): .transient(reason: "no identifier is left within this millisecond")
    case .service(let error): .failed(reason: "\(error)")
    }
  }
}

extension CommittedBatch {
  fileprivate init(_ messages: [ReceivedMessage], verdict: Verdict?, outbox: [OutgoingMessages], ids: [OutboxID]) {
    let isDeadLetter = { (message: ReceivedMessage) in message.command == nil || verdict?.isFailure == true }
    settled = messages.filter { !isDeadLetter($0) }.map(\.delivery.tag)
    settledByPublication = messages.filter(isDeadLetter).map(\.delivery.tag)
    entries = zip(ids, outbox).map { OutboxEntry(id: $0, messages: $1.messages) }
  }
}
