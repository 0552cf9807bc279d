import MessageContract
package import UnitOfWork
package import WorkspaceApplication
package import WorkspaceDomain

/// What executing commands needs besides the commands and the data.
package struct ExecutionEnvironment: Sendable {
  package let clock: any WallClock
  package let identifiers: any IdentifierGenerator
  package let rules: WorkspaceRules
  package let messages: OutboundMessages
  /// `<virtual host>/<queue>` that commands are delivered from.
  package let queue: String
  /// Identifies this process, and no other, in the database.
  package let process: ULID
  package let parking: ParkingPolicy
  /// Whether relationships are also kept in another service: changes of them are then committed to an outbox for the
  /// replicator.
  package let replicatesRelationships: Bool
  /// Who decides what users may do with commands. Queries are decided by the snapshots that answer them.
  package let decider: any AccessDecider

  package init(
    clock: any WallClock, identifiers: any IdentifierGenerator, rules: WorkspaceRules, messages: OutboundMessages,
    queue: String, process: ULID, parking: ParkingPolicy = ParkingPolicy(), replicatesRelationships: Bool = false,
    decider: any AccessDecider = EmbeddedDecider()
  ) {
    self.clock = clock
    self.identifiers = identifiers
    self.rules = rules
    self.messages = messages
    self.queue = queue
    self.process = process
    self.parking = parking
    self.replicatesRelationships = replicatesRelationships
    self.decider = decider
  }
}
