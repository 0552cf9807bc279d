package import UnitOfWork
package import WorkspaceDomain

/// A dead letter as it is listed.
package struct DeadLetterSummary: Sendable, Equatable {
  package let id: ULID
  /// `<virtual host>/<queue>` that it was delivered from.
  package let queue: String
  package let recordedAt: Timestamp
  /// As in ``DeadLetter/reason``.
  package let reason: String
  package let detail: String
  package let attempts: DeadLetter.Attempts
  package let subject: DeadLetter.Subject
  /// The size of the body.
  package let bytes: Int
  /// Who discarded the letter, when and why; nil unless it is discarded.
  package let discarding: Discarding?
  /// The letter whose replay ended in this one.
  package let replayOf: ULID?
  /// A plan has sent the letter again, or will; plans that skipped it don't count.
  package let isReplayed: Bool

  package var state: DeadLetterState { discarding != nil ? .discarded : isReplayed ? .replayed : .open }

  package init(
    id: ULID, queue: String, recordedAt: Timestamp, reason: String, detail: String, attempts: DeadLetter.Attempts,
    subject: DeadLetter.Subject, bytes: Int, discarding: Discarding? = nil, replayOf: ULID? = nil,
    isReplayed: Bool = false
  ) {
    self.id = id
    self.queue = queue
    self.recordedAt = recordedAt
    self.reason = reason
    self.detail = detail
    self.attempts = attempts
    self.subject = subject
    self.bytes = bytes
    self.discarding = discarding
    self.replayOf = replayOf
    self.isReplayed = isReplayed
  }

  package struct Discarding: Sendable, Equatable {
    package let at: Timestamp
    package let by: String
    package let because: String

    package init(at: Timestamp, by: String, because: String) {
      self.at = at
      self.by = by
      self.because = because
    }
  }
}
