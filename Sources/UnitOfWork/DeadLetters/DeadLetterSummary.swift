package import WorkspaceDomain

/// What a list says of a dead letter.
package struct DeadLetterSummary: Sendable, Equatable {
  package let id: ULID
  /// `<virtual host>/<queue>` that it was delivered from.
  package let queue: String
  package let recordedAt: Timestamp
  package let reason: String
  package let detail: String
  package let attempts: DeadLetter.Attempts
  package let subject: DeadLetter.Subject
  /// Of the body.
  package let bytes: Int

  package init(
    id: ULID, queue: String, recordedAt: Timestamp, reason: String, detail: String, attempts: DeadLetter.Attempts,
    subject: DeadLetter.Subject, bytes: Int
  ) {
    self.id = id
    self.queue = queue
    self.recordedAt = recordedAt
    self.reason = reason
    self.detail = detail
    self.attempts = attempts
    self.subject = subject
    self.bytes = bytes
  }
}
