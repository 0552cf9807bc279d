package import WorkspaceApplication

/// Port: decides what users may do, before the unit of work that depends on it begins.
///
/// No transaction is open and no tenant is locked meanwhile, so a remote service may take its time. The decisions are
/// then compared with what the unit of work reads under its locks (``GivenDecisions/hold(in:)``).
package protocol AccessDecider: Sendable {
  /// Decides everything that the commands of a unit of work could need.
  ///
  /// - Parameter store: where the unit of work will begin.
  /// - Returns: nil if the unit of work is to decide for itself, by the roles that it reads.
  /// - Throws: ``UndecidableQuestions`` if these questions can't be decided together while others can. ``ReplicaError``
  ///   if nothing can be decided now, ``UnitOfWorkError`` if the database can't be used: neither is the fault of a
  ///   command.
  func decisions(on questions: Set<AccessQuestion>, at store: any UnitOfWorkStore) async throws -> GivenDecisions?

  /// Returns if decisions are possible now. Bounded in time.
  ///
  /// - Throws: ``ReplicaError`` with the reason if they are not.
  func requireReady() async throws
}

/// These questions can't be decided, or not together, although the service that decides answers others.
package struct UndecidableQuestions: Error, CustomStringConvertible {
  /// The longest that a service may take to answer a call: the sender of the command is waiting. After that the
  /// questions may be too hard for it.
  package static let callLimit: Duration = .seconds(10)

  /// For people. No payload, no secret.
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// Leaves decisions to the unit of work (``RoleRules``): the default.
package struct EmbeddedDecider: AccessDecider {
  package init() {}

  package func decisions(on questions: Set<AccessQuestion>, at store: any UnitOfWorkStore) async throws
    -> GivenDecisions?
  { nil }

  package func requireReady() async throws {}
}
