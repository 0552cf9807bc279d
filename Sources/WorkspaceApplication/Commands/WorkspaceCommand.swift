package import WorkspaceDomain

/// What a caller may ask of a tenant: each kind of command is a type in a file of its own, with all that the
/// system knows of it. A new one is added to ``CommandType/allCases`` too.
package protocol WorkspaceCommand: Sendable, Equatable {
  /// Its `type` on the wire.
  static var typeName: String { get }

  /// - Throws: where `data` has another shape.
  init(_ data: CommandData) throws(CommandData.Problem)

  /// Asks for all that ``run(in:)`` could need to know, of the tenant's objects and of what `actor` may do.
  func ask(_ reads: inout CommandReads, as actor: Actor, rules: WorkspaceRules)

  /// Carries it out.
  func run(in scope: CommandScope) throws(WorkspaceServiceError) -> CommandReply

  /// What the pre-check would have said, had the writer who won the race been a moment earlier.
  ///
  /// - Returns: nil, the default, where no rule of the command is behind the constraint.
  func rejection(by constraint: WorkspaceConstraint) -> WorkspaceServiceError?

  /// The workspace that it names as the one it is about; nil, the default, where it is about none.
  var subject: WorkspaceID? { get }

  /// The most objects that its answer lists; 0, the default, where it is about one at most.
  var largestAnswer: Int { get }
}

extension WorkspaceCommand {
  package func rejection(by constraint: WorkspaceConstraint) -> WorkspaceServiceError? { nil }
  package var subject: WorkspaceID? { nil }
  package var largestAnswer: Int { 0 }

  package func isEqual(to other: any WorkspaceCommand) -> Bool { other as? Self == self }
}

/// What an operator may set about the rules.
package struct WorkspaceRules: Sendable, Equatable {
  /// The name of a root that is created without one.
  package var defaultRootName: String
  /// The most levels that a tree may have; the root alone is one.
  package var treeDepth: Int
  package var access: AccessRules

  /// The largest ``treeDepth``.
  package static let maximumTreeDepth = 40

  package init(defaultRootName: String = "Root", treeDepth: Int = 32, access: AccessRules = AccessRules()) {
    self.defaultRootName = defaultRootName
    self.treeDepth = treeDepth
    self.access = access
  }
}
