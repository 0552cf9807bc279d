import MessageContract
package import UnitOfWork
package import WorkspaceApplication
package import WorkspaceDomain

/// What carrying out commands needs besides the commands and the data.
package struct ExecutionEnvironment: Sendable {
  package let clock: any WallClock
  package let identifiers: any IdentifierGenerator
  package let rules: WorkspaceRules
  package let messages: OutboundMessages
  /// `<virtual host>/<queue>` that commands are delivered from.
  package let queue: String
  /// This process, in what it leaves in the database: no other has the same.
  package let process: ULID
  package let parking: ParkingPolicy
  /// Whether relationships are kept elsewhere, too: what commands change in them is committed for whoever brings it
  /// there.
  package let replicatesRelationships: Bool
  /// Who decides what users may do with commands. Queries are decided by what their answers show.
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
