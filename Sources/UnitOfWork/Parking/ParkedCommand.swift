package import Messaging
package import WorkspaceDomain

/// A command that waits in its tenant's line: it has failed and will be retried, or is behind one that has failed.
package struct ParkedCommand: Sendable, Equatable {
  package let tenantID: TenantID
  package let type: String
  package let source: String
  package let commandID: String
  package let message: AMQPMessage
  /// SHA-256 of the message: identifies redeliveries.
  package let fingerprint: [UInt8]
  package let parkedAt: Timestamp
  /// The process that parked the command, or that has since tried it and survived.
  package let process: ULID
  /// Nil if the command has never failed.
  package let failures: Failures?
  /// When the command is tried next. Nil unless it is the first of its line.
  package let dueAt: Timestamp?

  package init(
    tenantID: TenantID, type: String, source: String, commandID: String, message: AMQPMessage, fingerprint: [UInt8],
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

  /// How often the command has failed, when, and the last reason.
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

    /// Adds one failure to the `earlier` ones.
    package init(after earlier: Failures?, at now: Timestamp, error: String) {
      self.init(count: (earlier?.count ?? 0) + 1, first: earlier?.first ?? now, last: now, error: error)
    }
  }
}

/// The position of a command in its line: increases in the order in which commands were parked.
package struct ParkedID: Sendable, Hashable, Comparable {
  package let number: Int64

  package init(number: Int64) { self.number = number }

  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.number < rhs.number }
}

/// A parked command with its position in the line.
package struct ParkedEntry: Sendable, Equatable {
  package let id: ParkedID
  package let command: ParkedCommand
  /// Why an operator has requested that the command become a dead letter; nil without such a request.
  package let deadLetterRequest: String?

  package init(id: ParkedID, command: ParkedCommand, deadLetterRequest: String? = nil) {
    self.id = id
    self.command = command
    self.deadLetterRequest = deadLetterRequest
  }
}
