package import Messaging
package import WorkspaceDomain

/// Dead letters that an operator has chosen to send again: fixed when the plan is made.
package struct ReplayPlan: Sendable, Equatable {
  package let id: ULID
  package let operatorName: String
  package let reason: String
  package let createdAt: Timestamp

  package init(id: ULID, operatorName: String, reason: String, createdAt: Timestamp) {
    self.id = id
    self.operatorName = operatorName
    self.reason = reason
    self.createdAt = createdAt
  }
}

/// A letter of a plan, to be sent.
package struct ReplayLetter: Sendable, Equatable {
  package let id: ULID
  package let message: AMQPMessage

  package init(id: ULID, message: AMQPMessage) {
    self.id = id
    self.message = message
  }
}

/// A letter's part in a plan.
package struct ReplayRecord: Sendable, Equatable {
  package let plan: ReplayPlan
  /// `pending`, `publishing`, `published` or `skipped`.
  package let state: String
  package let publishedAt: Timestamp?
  package let outcome: String?
  package let outcomeAt: Timestamp?
  /// The body was corrected.
  package let isEdited: Bool

  package init(
    plan: ReplayPlan, state: String, publishedAt: Timestamp?, outcome: String?, outcomeAt: Timestamp?, isEdited: Bool
  ) {
    self.plan = plan
    self.state = state
    self.publishedAt = publishedAt
    self.outcome = outcome
    self.outcomeAt = outcomeAt
    self.isEdited = isEdited
  }
}
