-- Children are found in no order again, by an index that is there unless an earlier text of this migration dropped it.
--
-- Locks: SHARE on workspaces while that index is built, so changes wait, and reads do not; then ACCESS EXCLUSIVE for a moment.

create index if not exists ix_workspaces_parent on workspaces (parent_workspace_id, tenant_id);

drop index ix_workspaces_children;
