package import WorkspaceDomain

/// A command to a tenant: each kind is a type in a file of its own, with everything the system knows about it. A new
/// one must also be added to ``CommandType/allCases``.
package protocol WorkspaceCommand: Sendable, Equatable {
  /// Its `type` on the wire.
  static var typeName: String { get }

  /// - Throws: if `data` has the wrong shape.
  init(_ data: CommandData) throws(CommandData.Problem)

  /// Requests everything that ``run(in:)`` could need to know, about the tenant's objects and about what `actor` may
  /// do.
  func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules)

  /// Executes it.
  func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply

  /// The rejection that the pre-check would have given if the writer that won the race had committed a moment earlier.
  ///
  /// - Returns: nil, the default, if the constraint corresponds to no rule of the command.
  func rejection(by constraint: WorkspaceConstraint) -> WorkspaceServiceError?

  /// The workspace that it is about; nil, the default, if it isn't about one.
  var subject: WorkspaceID? { get }

  /// The largest number of objects that its answer can list; 0, the default, if the answer is about one at most.
  var largestAnswer: Int { get }
}

extension WorkspaceCommand {
  package func rejection(by constraint: WorkspaceConstraint) -> WorkspaceServiceError? { nil }
  package var subject: WorkspaceID? { nil }
  package var largestAnswer: Int { 0 }

  package func isEqual(to other: any WorkspaceCommand) -> Bool { other as? Self == self }
}

/// Operator settings for the rules.
package struct WorkspaceRules: Sendable, Equatable {
  /// The name of a root that is created without one.
  package var defaultRootName: String
  /// The maximum number of levels in a tree; the root alone is one.
  package var treeDepth: Int
  package var access: AccessRules
  /// How many roles, or groups, one transaction may remove along with the object or member that they belong to. If
  /// there are more, the command takes several transactions. Default: 10,000, about 70 MB.
  package var cascadeLimit = 10_000

  /// The largest ``treeDepth``.
  package static let maximumTreeDepth = 40

  package init(defaultRootName: String = "Root", treeDepth: Int = 32, access: AccessRules = AccessRules()) {
    self.defaultRootName = defaultRootName
    self.treeDepth = treeDepth
    self.access = access
  }
}
