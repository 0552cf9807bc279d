import DeliveryPipeline
import Logging
import MessageContract
package import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Runs batches as units of work, in halves where one of a batch's commands spoils it: then the others are carried out,
/// and that one is parked.
package struct BatchExecutor: Sendable {
  private let transaction: BatchTransaction

  package init(_ transaction: BatchTransaction) { self.transaction = transaction }

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
    try await execute(Assignment(messages, confirmed: confirmed), committed: committed)
  }

  /// The same for an assignment, of which a lone message may have its verdict already.
  package func execute(_ assignment: Assignment, committed: (CommittedBatch) async throws -> Void) async throws {
    let (messages, confirmed) = (assignment.messages, assignment.confirmed)
    do {
      try await committed(try await transaction.commit(assignment))
    } catch let spoiled as BatchTransaction.Spoiled {
      if messages.count > 1 {
        let middle = messages.count / 2
        try await execute(Array(messages[..<middle]), removing: confirmed, committed: committed)
        try await execute(Array(messages[middle...]), removing: [], committed: committed)
      } else {
        try await committed(try await settle(assignment, spoiled.cause))
      }
    }
  }

  /// Commits the verdict on a lone message that spoils every transaction.
  private func settle(_ assignment: Assignment, _ cause: UnitOfWorkError) async throws -> CommittedBatch {
    guard assignment.verdict == nil, let verdict = transaction.verdict(on: assignment.messages[0], cause) else {
      throw cause
    }
    var assignment = assignment
    assignment.verdict = verdict
    do {
      return try await transaction.commit(assignment)
    } catch let spoiled as BatchTransaction.Spoiled {
      throw spoiled.cause
    }
  }
}

extension BatchTransaction {
  /// What to do with a message that spoils every transaction, also when it is alone in it.
  ///
  /// - Returns: nil where the message is not to blame: a race that is no rule, lost again and again, is for later.
  func verdict(on message: ReceivedMessage, _ cause: UnitOfWorkError) -> Verdict? {
    guard let command = message.command else { return nil }
    if case .conflict(let constraint) = cause {
      guard let constraint, constraint != .inboxKey else { return nil }
      if let rejection = constraint.rejection(of: command.command) { return .rejected(rejection) }
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
    let outcome = delay == nil ? "and goes to the dead letters" : "and is parked; later ones of its tenant wait behind it"
    logger.error(
      "a command fails for an unexpected reason, \(outcome)",
      metadata: [
        "command_id": "\(command.context.key.id)", "command_source": "\(command.context.key.source)",
        "tenant_id": "\(command.context.tenantID)", "error": "\(failures.error)", "failures": "\(failures.count)",
        "delay_ms": "\(delay.map { Int($0 / .milliseconds(1)) } ?? 0)",
      ])
  }
}

extension Timestamp {
  fileprivate func advanced(by duration: Duration) -> Timestamp {
    Timestamp(milliseconds: milliseconds + Int64(duration / .milliseconds(1)))
  }
}
