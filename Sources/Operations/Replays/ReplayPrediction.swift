package import MessageContract
import Messaging
package import UnitOfWork
import WorkspaceApplication
package import WorkspaceDomain

/// What would happen to replayed letters, as far as that can be told without executing them: business rules apply only
/// when a command runs.
package struct ReplayPrediction {
  /// In this order: a letter of several commands has the last outcome of any of them.
  package enum Outcome: String, Encodable, CaseIterable, Sendable {
    /// It has been executed: it would get its answer again, and change nothing.
    case alreadyApplied = "already_applied"
    /// The inbox has no answer for its id, or only that of a dead letter: it would be executed.
    case wouldApply = "would_apply"
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
  ///
  /// - Parameter body: the corrected body that would be sent instead; nil: each letter's own.
  package func predict(
    _ filter: DeadLetterFilter, body: [UInt8]? = nil, to report: (ULID, Outcome) -> Void
  ) async throws {
    var last: ULID?
    while true {
      let letters = try await ledger.messages(
        filter, before: last, limit: LetterBatch.count, bytes: LetterBatch.bytes)
      guard let end = letters.last?.id else { return }
      let messages = letters.map { (body: body ?? $0.message.body, properties: $0.message.properties) }
      for (letter, outcome) in zip(letters, try await predict(messages)) { report(letter.id, outcome) }
      last = end
    }
  }

  private func predict(_ messages: [(body: [UInt8], properties: MessageProperties)]) async throws -> [Outcome] {
    let commands = messages.map { self.commands(in: $0.body, $0.properties) }
    var readSet = ReadSet()
    readSet.inbox = Set(
      commands.joined().compactMap { $0.map { InboxQuestion(key: $0.context.key, fingerprint: $0.fingerprint) } })
    let inbox = try await store.begin(readSet).inbox
    try await store.rollback()
    return commands.map { commands in
      let outcomes = Set(commands.map { outcome(of: $0, inbox) })
      return Outcome.allCases.last(where: outcomes.contains) ?? .alreadyApplied
    }
  }

  /// The commands that a message holds; nil for what isn't one.
  private func commands(in body: [UInt8], _ properties: MessageProperties) -> [DecodedCommand?] {
    guard !CommandBatch.isElement(body, properties),
      let elements = try? CommandBatch.elements(of: body, properties, limits: decoder.limits)
    else { return [try? decoder.decode(body, properties)] }
    return elements.map { try? decoder.decode($0, properties) }
  }

  private func outcome(of command: DecodedCommand?, _ inbox: [InboxKey: InboxEntry]) -> Outcome {
    guard let command else { return .stillInvalid }
    guard let known = inbox[command.context.key] else { return .wouldApply }
    guard known.fingerprint.matches(command.fingerprint) else { return .conflict }
    return known.isFailure ? .wouldApply : .alreadyApplied
  }
}
