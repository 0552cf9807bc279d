package import MessageContract
import Messaging
package import UnitOfWork
import WorkspaceApplication
package import WorkspaceDomain

/// What would happen to replayed letters, as far as that can be told without executing them: business rules apply only
/// when a command runs.
package struct ReplayPrediction {
  package enum Outcome: String, Encodable, CaseIterable, Sendable {
    /// The inbox has no answer for its id, or only that of a dead letter: it would be executed.
    case wouldApply = "would_apply"
    /// It has been executed: it would get its answer again, and change nothing.
    case alreadyApplied = "already_applied"
    /// Another command has its id.
    case conflict
    /// It isn't a valid command.
    case stillInvalid = "still_invalid"
  }

  private let ledger: any DeadLetterLedger
  private let store: any UnitOfWorkStore
  private let decoder: CommandDecoder

  /// - Parameter store: the store whose inbox is read; nothing is written.
  package init(ledger: any DeadLetterLedger, store: any UnitOfWorkStore, decoder: CommandDecoder) {
    self.ledger = ledger
    self.store = store
    self.decoder = decoder
  }

  /// Passes on each letter that matches `filter` with its prediction, the newest first.
  package func predict(_ filter: DeadLetterFilter, to report: (ULID, Outcome) -> Void) async throws {
    var last: ULID?
    while true {
      let letters = try await ledger.messages(
        filter, before: last, limit: LetterBatch.count, bytes: LetterBatch.bytes)
      guard let end = letters.last?.id else { return }
      for (letter, outcome) in zip(letters, try await predict(letters)) { report(letter.id, outcome) }
      last = end
    }
  }

  private func predict(_ letters: [ReplayLetter]) async throws -> [Outcome] {
    let commands = letters.map { letter in
      try? decoder.decode(letter.message.body, letter.message.properties)
    }
    var readSet = ReadSet()
    readSet.inbox = Set(
      commands.compactMap { $0.map { InboxQuestion(key: $0.context.key, fingerprint: $0.fingerprint) } })
    let inbox = try await store.begin(readSet).inbox
    try await store.rollback()
    return commands.map { command in
      guard let command else { return .stillInvalid }
      guard let known = inbox[command.context.key] else { return .wouldApply }
      guard known.fingerprint.matches(command.fingerprint) else { return .conflict }
      return known.isFailure ? .wouldApply : .alreadyApplied
    }
  }
}
