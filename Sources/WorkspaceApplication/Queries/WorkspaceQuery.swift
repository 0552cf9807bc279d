/// A command that changes nothing, so that it can also be answered from a snapshot of the database, on the query lane.
/// Rule and answer are the same either way. A new query must be added to ``CommandType/queries``.
package protocol WorkspaceQuery: WorkspaceCommand {}

extension GetWorkspace: WorkspaceQuery {}
extension ListWorkspaces: WorkspaceQuery {}
extension ListWorkspaceMembers: WorkspaceQuery {}
extension GetGroup: WorkspaceQuery {}
extension ListGroups: WorkspaceQuery {}
extension ListGroupMembers: WorkspaceQuery {}
extension ListTenantMembers: WorkspaceQuery {}
extension CheckAccess: WorkspaceQuery {}
