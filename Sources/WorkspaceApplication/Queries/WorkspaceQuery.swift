/// A command that changes nothing: it can be answered from what the database showed at one moment, too, beside the
/// commands. Rule and answer are the same on both ways. A new one is added to ``CommandType/queries``.
package protocol WorkspaceQuery: WorkspaceCommand {}

extension GetWorkspace: WorkspaceQuery {}
extension ListWorkspaces: WorkspaceQuery {}
extension ListWorkspaceMembers: WorkspaceQuery {}
extension GetGroup: WorkspaceQuery {}
extension ListGroups: WorkspaceQuery {}
extension ListGroupMembers: WorkspaceQuery {}
extension ListTenantMembers: WorkspaceQuery {}
extension CheckAccess: WorkspaceQuery {}
