-- Names need not be unique any more.
--
-- Locks: ACCESS EXCLUSIVE on workspaces for the moment that it takes to drop an index.

alter table workspaces drop constraint uq_workspaces_tenant_name;
