package import Messaging
package import WorkspaceDomain

/// A command that waits in its tenant's line: it has failed and will be retried, or is behind one that has.
package struct ParkedCommand: Sendable, Equatable {
  package let tenantID: TenantID
  package let type: String
  package let source: String
  package let commandID: String
  package let message: OutboundMessage
  /// SHA-256 over the message: identifies redeliveries.
  package let fingerprint: [UInt8]
  package let parkedAt: Timestamp
  /// The process that parked it, or has since tried it and survived.
  package let process: ULID
  /// Nil while it has never failed.
  package let failures: Failures?
  /// When it is tried next. Nil unless it is the first of its line.
  package let dueAt: Timestamp?

  package init(
    tenantID: TenantID, type: String, source: String, commandID: String, message: OutboundMessage, fingerprint: [UInt8],
    parkedAt: Timestamp, process: ULID, failures: Failures?, dueAt: Timestamp?
  ) {
    self.tenantID = tenantID
    self.type = type
    self.source = source
    self.commandID = commandID
    self.message = message
    self.fingerprint = fingerprint
    self.parkedAt = parkedAt
    self.process = process
    self.failures = failures
    self.dueAt = dueAt
  }

  /// How often it has failed, when, and the last reason.
  package struct Failures: Sendable, Equatable {
    package let count: Int
    package let first: Timestamp
    package let last: Timestamp
    /// For people. No payload.
    package let error: String

    package init(count: Int, first: Timestamp, last: Timestamp, error: String) {
      self.count = count
      self.first = first
      self.last = last
      self.error = error
    }

    /// One failure more than `earlier` ones.
    package init(after earlier: Failures?, at now: Timestamp, error: String) {
      self.init(count: (earlier?.count ?? 0) + 1, first: earlier?.first ?? now, last: now, error: error)
    }
  }
}

/// The place of a command in its line: increasing in the order in which commands were parked.
package struct ParkedID: Sendable, Hashable, Comparable {
  package let number: Int64

  package init(number: Int64) { self.number = number }

  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.number < rhs.number }
}

/// A parked command in its place.
package struct ParkedEntry: Sendable, Equatable {
  package let id: ParkedID
  package let command: ParkedCommand
  /// Why an operator wants it to become a dead letter; nil if none does.
  package let deadLetterRequest: String?

  package init(id: ParkedID, command: ParkedCommand, deadLetterRequest: String? = nil) {
    self.id = id
    self.command = command
    self.deadLetterRequest = deadLetterRequest
  }
}
