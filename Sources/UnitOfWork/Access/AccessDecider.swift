package import WorkspaceApplication

/// Port: decides what users may do, before the unit of work begins that depends on it.
///
/// No transaction is open and no tenant is locked meanwhile, so whoever decides elsewhere may take its time. What it
/// says is compared with what the unit of work then reads under its locks (``GivenDecisions/hold(in:)``).
package protocol AccessDecider: Sendable {
  /// Decides everything that the commands of a unit of work could need.
  ///
  /// - Parameter store: on which the unit of work will begin.
  /// - Returns: nil if the unit of work is to decide itself, on the roles that it reads.
  /// - Throws: ``ReplicaError`` if nobody can decide now; ``UnitOfWorkError`` if the database can't be used. Neither is
  ///   the fault of a command.
  func decisions(on questions: Set<AccessQuestion>, at store: any UnitOfWorkStore) async throws -> GivenDecisions?

  /// Returns if it can decide now. Bounded in time.
  ///
  /// - Throws: ``ReplicaError``: why it can't.
  func requireReady() async throws
}

/// Leaves decisions to the unit of work (``RoleRules``): the default.
package struct EmbeddedDecider: AccessDecider {
  package init() {}

  package func decisions(on questions: Set<AccessQuestion>, at store: any UnitOfWorkStore) async throws
    -> GivenDecisions?
  { nil }

  package func requireReady() async throws {}
}
