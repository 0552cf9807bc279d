-- Leaves the estimate to ANALYZE again.
--
-- Locks: SHARE UPDATE EXCLUSIVE on workspaces while a sample of it is read. Nobody who reads or writes waits.

alter table workspaces alter column tenant_id reset (n_distinct);

analyze workspaces;
