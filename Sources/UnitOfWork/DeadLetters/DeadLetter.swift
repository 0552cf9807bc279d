package import Messaging
package import WorkspaceDomain

/// A message that could not be processed, as recorded in the ledger: byte for byte, with what is known about it.
package struct DeadLetter: Sendable, Equatable {
  /// Increases with the time of recording.
  package let id: ULID
  /// The queue that the message was delivered from, as `<virtual host>/<queue>`.
  package let queue: String
  /// SHA-256 of the message: identifies redeliveries.
  package let fingerprint: [UInt8]
  package let recordedAt: Timestamp
  /// The code of a ``DeadLetterReason``, possibly one that only another version of this program knows.
  package let reason: String
  /// For people. No payload.
  package let detail: String
  package let attempts: Attempts
  package let subject: Subject
  package let message: AMQPMessage
  /// The letter whose replay resulted in this one.
  package let replayOf: ULID?
  /// When a command with the same key was answered, not counting failures: another copy of this command, or an earlier
  /// one. Nil if the inbox had no such answer when the letter was recorded. The inbox's retention counts from this
  /// time.
  package let answeredAt: Timestamp?

  package init(
    id: ULID, queue: String, fingerprint: [UInt8], recordedAt: Timestamp, reason: String, detail: String,
    attempts: Attempts,
    subject: Subject, message: AMQPMessage, replayOf: ULID? = nil, answeredAt: Timestamp? = nil
  ) {
    self.id = id
    self.queue = queue
    self.fingerprint = fingerprint
    self.recordedAt = recordedAt
    self.reason = reason
    self.detail = detail
    self.attempts = attempts
    self.subject = subject
    self.message = message
    self.replayOf = replayOf
    self.answeredAt = answeredAt
  }

  /// How often the message was attempted, and since when.
  package struct Attempts: Sendable, Equatable {
    package let count: Int
    package let first: Timestamp

    package init(count: Int, first: Timestamp) {
      self.count = count
      self.first = first
    }
  }

  /// What the message is about, as far as it could be read.
  package struct Subject: Sendable, Equatable {
    package let tenantID: TenantID?
    package let commandType: String?
    package let commandSource: String?
    package let commandID: String?

    package init(tenantID: TenantID?, commandType: String?, commandSource: String?, commandID: String?) {
      self.tenantID = tenantID
      self.commandType = commandType
      self.commandSource = commandSource
      self.commandID = commandID
    }
  }
}
