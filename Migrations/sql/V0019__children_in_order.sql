-- Lists the children of a workspace in the order of their ids, however many there are: a page costs what it shows.
--
-- The new index serves all that the old one does, which goes.
--
-- Locks: SHARE on workspaces while the index is built, so changes wait, about three seconds for a million workspaces, and reads
-- do not; then ACCESS EXCLUSIVE for a moment. No row can be in the way: there is no preflight.

create index ix_workspaces_children on workspaces (parent_workspace_id, tenant_id, id);

drop index ix_workspaces_parent;
