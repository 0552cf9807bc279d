package import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Advances the lines of parked commands that are due, each in order.
///
/// A command that has failed runs alone. The commands behind it have never been tried: they run together, as many as
/// fit. If one of them fails, they run in ever smaller parts, until that command is the first of the line. Commands
/// whose statements time out are not rerun at once: the line itself is the next attempt, and other tenants are waiting.
package struct LineExecutor: Sendable {
  private let committer: Committer
  private let suspects: Suspects
  private let decoder: CommandDecoder
  private let batchCount: Int
  private let batchBytes: Int

  package init(
    _ committer: Committer, suspects: Suspects, decoder: CommandDecoder, batchCount: Int, batchBytes: Int
  ) {
    self.committer = committer
    self.suspects = suspects
    self.decoder = decoder
    self.batchCount = batchCount
    self.batchBytes = batchBytes
  }

  private var environment: ExecutionEnvironment { committer.environment }
  var now: Timestamp { environment.clock.now() }

  /// Advances the line that has been due longest by one transaction.
  ///
  /// - Parameter committed: called after the transaction.
  /// - Returns: false when no line is due.
  package func advanceDueLine(committed: (CommittedBatch) async throws -> Void) async throws -> Bool {
    let entries = try await committer.store.due(at: environment.clock.now(), limit: batchCount, bytes: batchBytes)
    guard let first = entries.first else { return false }
    if let request = first.deadLetterRequest {
      try await committed(try await deadLetter(first, request, next: entries.parkedAt(1)))
    } else if isUntried(first) {
      try await carryOut(Array(entries.prefix(while: isUntried)), of: entries, committed: committed)
    } else {
      try await carryOut([first], of: entries, committed: committed)
    }
    return true
  }

  /// Whether a command may run together with others.
  private func isUntried(_ entry: ParkedEntry) -> Bool {
    entry.command.failures == nil && entry.deadLetterRequest == nil && !suspects.contain(entry, in: environment.process)
  }

  private func carryOut(
    _ first: [ParkedEntry], of entries: [ParkedEntry], committed: (CommittedBatch) async throws -> Void
  ) async throws {
    var part = first
    while true {
      var assignment = read(part)
      part = Array(part.prefix(assignment.messages.count))
      assignment.line = advance(part)
      do {
        return try await committed(
          try await committer.commit(assignment, next: entries.parkedAt(part.count), since: committer.overdue))
      } catch let failure as Committer.Uncommittable {
        guard part.count == 1 else {
          part = Array(part.prefix(failure.undecidedAfter ?? part.count / 2))
          continue
        }
        let message = assignment.messages[0]
        return try await committed(try await settle(part[0], message, failure.cause, next: entries.parkedAt(1)))
      }
    }
  }

  /// Decodes as many of the commands as one transaction has room for, including their answers.
  private func read(_ part: [ParkedEntry]) -> Assignment {
    if part.count == 1, suspects.contain(part[0], in: environment.process) { return suspects.read(part[0]) }
    var messages: [ReceivedMessage] = []
    var size = 0
    for entry in part where messages.isEmpty || size < batchBytes {
      let message = ReceivedMessage(entry, decoder: decoder)
      messages.append(message)
      size += message.size
    }
    return Assignment(messages)
  }

  /// Commits the verdict on a line's first command, which has failed.
  private func settle(
    _ entry: ParkedEntry, _ message: ReceivedMessage, _ cause: UnitOfWorkError, next: Timestamp?
  ) async throws -> CommittedBatch {
    switch committer.verdict(on: message, cause) {
    case .parked(let failures, let dueAt):
      // The command itself is not affected: it just keeps waiting.
      return try await commit(
        Assignment(
          [],
          line: .postpone(
            entry.command.tenantID, entry.id, failures, process: environment.process, until: dueAt,
            seen: entry.command.dueAt)))
    case let verdict?:
      return try await commit(Assignment([message.decided(verdict)], line: advance([entry])), next: next)
    case nil: throw cause
    }
  }

  /// Sends the first command of a line to the dead letters, as an operator requested.
  private func deadLetter(_ entry: ParkedEntry, _ request: String, next: Timestamp?) async throws -> CommittedBatch {
    let failures = entry.command.failures
    let attempts = DeadLetter.Attempts(count: failures?.count ?? 0, first: failures?.first ?? entry.command.parkedAt)
    let error = failures.map { "\(request); it had failed with \($0.error)" } ?? request
    // Even decoding the command may kill the process.
    let messages = suspects.read(entry).messages.map {
      $0.decided(.deadLetter(.withdrawn, error: error, attempts: attempts))
    }
    return try await commit(Assignment(messages, line: advance([entry])), next: next)
  }

  private func commit(_ assignment: Assignment, next: Timestamp? = nil) async throws -> CommittedBatch {
    try await committer.settle(assignment, next: next)
  }

  private func advance(_ part: [ParkedEntry]) -> ParkedLineChange {
    .advance(
      part[0].command.tenantID, removing: part.map(\.id), bytes: part.reduce(0) { $0 + $1.command.message.size },
      at: environment.clock.now())
  }
}

extension [ParkedEntry] {
  /// When the command at `index` was parked; an earlier time if it was not read.
  fileprivate func parkedAt(_ index: Int) -> Timestamp? {
    (index < count ? self[index] : last)?.command.parkedAt
  }
}
