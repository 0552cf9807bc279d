package import EndToEndSupport
import Messaging

/// Everything visible from outside when a run is over.
package struct Evidence: Sendable {
  /// A result or an event, as it arrived.
  package struct Message: Sendable {
    package var command: String
    package var tenant: String
    package var type: String
    /// Of events.
    package var sequence: Int?
    package var body: [UInt8]
    /// Of results: the worker's decision.
    package var decision: TenantModel.Decision?
    /// Of events: their content.
    package var change: TenantModel.Change?
    /// When it arrived; nil if unknown.
    package var arrival: ContinuousClock.Instant?

    package init(
      command: String, tenant: String, type: String, sequence: Int? = nil, body: [UInt8],
      decision: TenantModel.Decision? = nil, change: TenantModel.Change? = nil, arrival: ContinuousClock.Instant? = nil
    ) {
      self.command = command
      self.tenant = tenant
      self.type = type
      self.sequence = sequence
      self.body = body
      self.decision = decision
      self.change = change
      self.arrival = arrival
    }
  }

  /// An answer to a query for all workspaces of a tenant.
  package struct Reading: Sendable {
    package let tenant: String
    /// The sequence that was asked for; nil: none.
    package let minimum: Int?
    package var type: String
    /// The sequence that it shows; nil if it shows none.
    package var sequence: Int?
    /// By id.
    package var workspaces: [String: TenantModel.Workspace]

    package init(
      tenant: String, minimum: Int?, type: String, sequence: Int?, workspaces: [String: TenantModel.Workspace]
    ) {
      self.tenant = tenant
      self.minimum = minimum
      self.type = type
      self.sequence = sequence
      self.workspaces = workspaces
    }
  }

  package struct Failure: Sendable {
    package let command: String
    /// Such as "a dead letter since 19:21:33.120: crash_loop".
    package let how: String

    package init(command: String, how: String) {
      self.command = command
      self.how = how
    }
  }

  /// In the order of their arrival, repetitions included.
  package var results: [Message] = []
  /// The copies that went to `reply_to`.
  package var replies: [Message] = []
  package var events: [Message] = []
  /// The answers to queries.
  package var readings: [Reading] = []
  /// Ids of batches that came again with other bytes.
  package var changedBatches: [String] = []
  package var tables = Tables()
  /// Remaining messages, by queue.
  package var depths: [String: Int] = [:]

  package init() {}

  /// The content of the database.
  package struct Tables: Sendable {
    /// By id.
    package var workspaces: [String: TenantModel.Workspace] = [:]
    /// By id.
    package var groups: [String: TenantModel.Group] = [:]
    /// Of members of tenants, groups and workspaces.
    package var roles: [TenantModel.Role: String] = [:]
    /// By command: the result that the inbox keeps.
    package var answers: [String: [UInt8]] = [:]
    /// The number of the last event of each tenant.
    package var sequences: [String: Int64] = [:]
    package var outbox = 0
    /// Commands that are parked, and dead letters.
    package var failed: [Failure] = []

    package init() {}
  }
}

extension Evidence.Message {
  init(_ message: Subscription.Message) {
    let event = message.event
    self.init(
      command: event?.commandid ?? "", tenant: event?.tenantid ?? "", type: event?.type ?? "",
      sequence: event?.sequence.flatMap(Int.init), body: message.body,
      decision: event.flatMap(TenantModel.Decision.init),
      change: event.flatMap { $0.sequence == nil ? nil : TenantModel.Change($0) },
      arrival: message.delivery.receivedAt)
  }
}
