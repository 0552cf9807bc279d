-- Builds the index anew that finds children in no order.
--
-- Locks: SHARE on workspaces while the index is built, so changes wait, and reads do not; then ACCESS EXCLUSIVE for a moment.

create index ix_workspaces_parent on workspaces (parent_workspace_id, tenant_id);

drop index ix_workspaces_children;
