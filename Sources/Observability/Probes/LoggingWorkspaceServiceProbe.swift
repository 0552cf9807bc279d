package import Logging
import MessageContract
package import WorkspaceApplication
import WorkspaceDomain

/// Logs operations on workspaces and permission decisions: constant messages, with everything that varies as metadata.
///
/// Successful operations and granted permissions are logged at `debug`, failed operations and denied permissions at
/// `info`, and access to another tenant's workspace at `notice`.
package struct LoggingWorkspaceServiceProbe: WorkspaceServiceProbe, Sendable {
  private let logger: Logger

  package init(logger: Logger) { self.logger = logger }

  package func observe(_ observation: WorkspaceObservation, of context: CommandContext) {
    // The metadata is not even built for a level that is not logged.
    guard logger.logLevel <= observation.level else { return }
    let (message, members) = observation.line
    logger.log(
      level: observation.level, message, metadata: context.members.merging(members) { _, own in own }.metadata)
  }
}

extension WorkspaceObservation {
  fileprivate var level: Logger.Level {
    switch self {
    case .created, .retrieved, .listed, .renamed, .moved, .deleted, .permissionGranted: .debug
    case .creationFailed, .renameFailed, .moveFailed, .deletionFailed, .notFound, .permissionDenied: .info
    case .accessDenied: .notice
    }
  }

  fileprivate var line: (message: Logger.Message, members: [LoggingKey: Logger.MetadataValue]) {
    switch self {
    case .created(let id, let isRoot): ("workspace created", [.workspaceID: "\(id)", .isRoot: "\(isRoot)"])
    case .creationFailed(let error): ("workspace creation failed", [.error: "\(error)"])
    case .retrieved(let id): ("workspace retrieved", [.workspaceID: "\(id)"])
    case .listed(let count): ("workspaces listed", [.count: "\(count)"])
    case .renamed(let id, _, _, let version): ("workspace renamed", [.workspaceID: "\(id)", .version: "\(version)"])
    case .renameFailed(let id, let error): ("workspace rename failed", [.workspaceID: "\(id)", .error: "\(error)"])
    case .moved(let id, _, _, let version): ("workspace moved", [.workspaceID: "\(id)", .version: "\(version)"])
    case .moveFailed(let id, let error): ("workspace move failed", [.workspaceID: "\(id)", .error: "\(error)"])
    case .deleted(let id): ("workspace deleted", [.workspaceID: "\(id)"])
    case .deletionFailed(let id, let error): ("workspace deletion failed", [.workspaceID: "\(id)", .error: "\(error)"])
    case .notFound(let id): ("workspace not found", [.workspaceID: "\(id)"])
    case .accessDenied(let id): ("workspace access denied: it belongs to another tenant", [.workspaceID: "\(id)"])
    case .permissionGranted(let permission, let object): ("permission granted", permission.members(on: object))
    case .permissionDenied(let permission, let object): ("permission denied", permission.members(on: object))
    }
  }
}

extension Permission {
  fileprivate func members(on object: Resource) -> [LoggingKey: Logger.MetadataValue] {
    [.permission: "\(rawValue)", .objectType: "\(object.type.rawValue)", .objectID: "\(object.ulid)"]
  }
}

extension CommandContext {
  fileprivate var members: [LoggingKey: Logger.MetadataValue] {
    var members: [LoggingKey: Logger.MetadataValue] = [
      .commandID: "\(key.id)", .commandSource: "\(key.source)", .tenantID: "\(tenantID)",
    ]
    members[.userID] = userID.map { "\($0)" }
    members[.traceID] = trace.flatMap { TraceParent($0.traceparent) }.map { "\($0.traceID)" }
    return members
  }
}

extension [LoggingKey: Logger.MetadataValue] {
  fileprivate var metadata: Logger.Metadata {
    reduce(into: [:]) { metadata, member in metadata[member.key.rawValue] = member.value }
  }
}
