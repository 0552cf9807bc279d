package import WorkspaceDomain

/// Keeps observations until the unit of work has committed: what was rolled back did not happen.
package final class DeferredObservations {
  fileprivate typealias Report = (any WorkspaceServiceProbe) -> Void

  private var reports: [(context: ObservationContext, report: Report)] = []

  package init() {}

  /// A probe whose observations wait here.
  package func probe(for context: ObservationContext) -> DeferredWorkspaceServiceProbe {
    DeferredWorkspaceServiceProbe(observations: self, context: context)
  }

  /// Reports everything to `probe`, in order, and forgets it.
  package func flush(to probe: some WorkspaceServiceProbe) {
    for (context, report) in reports { report(probe.bound(to: context)) }
    reports.removeAll()
  }

  fileprivate func add(_ context: ObservationContext, _ report: @escaping Report) { reports.append((context, report)) }
}

/// A probe that reports when ``DeferredObservations/flush(to:)`` says so.
package struct DeferredWorkspaceServiceProbe: WorkspaceServiceProbe {
  fileprivate let observations: DeferredObservations
  fileprivate let context: ObservationContext

  package func bound(to context: ObservationContext) -> any WorkspaceServiceProbe {
    Self(observations: observations, context: context)
  }

  package func workspaceCreated(_ workspace: Workspace) {
    observations.add(context) { $0.workspaceCreated(workspace) }
  }
  package func workspaceCreationFailed(_ error: WorkspaceServiceError) {
    observations.add(context) { $0.workspaceCreationFailed(error) }
  }
  package func workspaceRetrieved(_ id: WorkspaceID) {
    observations.add(context) { $0.workspaceRetrieved(id) }
  }
  package func workspacesListed(count: Int) {
    observations.add(context) { $0.workspacesListed(count: count) }
  }
  package func workspaceRenamed(_ workspace: Workspace, oldName: WorkspaceName) {
    observations.add(context) { $0.workspaceRenamed(workspace, oldName: oldName) }
  }
  package func workspaceRenameFailed(_ id: WorkspaceID, _ error: WorkspaceServiceError) {
    observations.add(context) { $0.workspaceRenameFailed(id, error) }
  }
  package func workspaceDeleted(_ id: WorkspaceID) {
    observations.add(context) { $0.workspaceDeleted(id) }
  }
  package func workspaceDeletionFailed(_ id: WorkspaceID, _ error: WorkspaceServiceError) {
    observations.add(context) { $0.workspaceDeletionFailed(id, error) }
  }
  package func workspaceNotFound(_ id: WorkspaceID) {
    observations.add(context) { $0.workspaceNotFound(id) }
  }
  package func workspaceAccessDenied(_ id: WorkspaceID) {
    observations.add(context) { $0.workspaceAccessDenied(id) }
  }
}
