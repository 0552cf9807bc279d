package import Logging
import MessageContract
package import WorkspaceApplication
package import WorkspaceDomain

/// Makes log lines of what happens to workspaces: constant messages, everything that varies as metadata.
///
/// What changed is logged at `debug`, a rule that said no at `info`, and access to another tenant's workspace at
/// `notice`.
package struct LoggingWorkspaceServiceProbe: WorkspaceServiceProbe, Sendable {
  private let logger: Logger
  private let context: ObservationContext?

  package init(logger: Logger) { self.init(logger: logger, context: nil) }

  private init(logger: Logger, context: ObservationContext?) {
    self.logger = logger
    self.context = context
  }

  package func bound(to context: ObservationContext) -> any WorkspaceServiceProbe {
    Self(logger: logger, context: context)
  }

  package func workspaceCreated(_ workspace: Workspace) {
    log(.debug, "workspace created", [.workspaceID: "\(workspace.id)", .isRoot: "\(workspace.isRoot)"])
  }

  package func workspaceCreationFailed(_ error: WorkspaceServiceError) {
    log(.info, "workspace creation failed", [.error: "\(error)"])
  }

  package func workspaceRetrieved(_ id: WorkspaceID) {
    log(.debug, "workspace retrieved", [.workspaceID: "\(id)"])
  }

  package func workspacesListed(count: Int) {
    log(.debug, "workspaces listed", [.count: "\(count)"])
  }

  package func workspaceRenamed(_ workspace: Workspace, oldName: WorkspaceName) {
    log(.debug, "workspace renamed", [.workspaceID: "\(workspace.id)", .version: "\(workspace.version)"])
  }

  package func workspaceRenameFailed(_ id: WorkspaceID, _ error: WorkspaceServiceError) {
    log(.info, "workspace rename failed", [.workspaceID: "\(id)", .error: "\(error)"])
  }

  package func workspaceDeleted(_ id: WorkspaceID) {
    log(.debug, "workspace deleted", [.workspaceID: "\(id)"])
  }

  package func workspaceDeletionFailed(_ id: WorkspaceID, _ error: WorkspaceServiceError) {
    log(.info, "workspace deletion failed", [.workspaceID: "\(id)", .error: "\(error)"])
  }

  package func workspaceNotFound(_ id: WorkspaceID) {
    log(.info, "workspace not found", [.workspaceID: "\(id)"])
  }

  package func workspaceAccessDenied(_ id: WorkspaceID) {
    log(.notice, "workspace access denied: it is another tenant's", [.workspaceID: "\(id)"])
  }

  /// The metadata is not even made for a level that is not logged.
  private func log(_ level: Logger.Level, _ message: Logger.Message, _ event: @autoclosure () -> [LoggingKey: Logger.MetadataValue]) {
    guard logger.logLevel <= level else { return }
    logger.log(level: level, message, metadata: (context?.metadata ?? [:]).merging(event().metadata) { _, own in own })
  }
}

extension ObservationContext {
  /// The context as metadata. Its own members win over extras of the same key.
  fileprivate var metadata: Logger.Metadata {
    var members: [LoggingKey: Logger.MetadataValue] = [
      .commandID: "\(commandID)", .commandSource: "\(commandSource)", .tenantID: "\(tenantID)",
    ]
    members[.userID] = userID.map { "\($0)" }
    members[.traceID] = traceparent.flatMap { TraceParent($0) }.map { "\($0.traceID)" }
    return extras.mapValues { .string($0) }.merging(members.metadata) { _, own in own }
  }
}

extension [LoggingKey: Logger.MetadataValue] {
  fileprivate var metadata: Logger.Metadata {
    reduce(into: [:]) { metadata, member in metadata[member.key.rawValue] = member.value }
  }
}
