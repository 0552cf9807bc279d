-- Lists the children of a workspace in the order of their ids, however many there are: a page costs what it shows.
--
-- The new index serves all that ix_workspaces_parent does. Migration 22 drops that one: here it would need a stronger lock
-- than the index does, and a migration that waits for one deadlocks with a writer that waits for the migration.
--
-- Locks: SHARE on workspaces while the index is built, about three seconds for each million rows. Reading goes on; writers wait,
-- and a worker that waits too long runs its batch again. Where that is too long, build it beforehand, beside running workers, and
-- this finds it there:
--   create index concurrently ix_workspaces_children on workspaces (parent_workspace_id, tenant_id, id);

create index if not exists ix_workspaces_children on workspaces (parent_workspace_id, tenant_id, id);
