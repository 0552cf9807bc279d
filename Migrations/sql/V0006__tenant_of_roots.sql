-- A root refers to its tenant, and every other workspace to its parent, which is one of the same tenant
-- (fk_workspaces_parent): so every chain of parents ends at a root that has its tenant. A reference of each workspace to
-- its tenant said the same once more, and cost a quarter of what a workspace costs to insert.
--
-- Locks: ACCESS EXCLUSIVE on workspaces while the column is added, which rewrites the table: a few seconds for each
-- million rows, and on tenants, which the dropped key refers to. Everybody waits; a worker that waits too long runs its
-- batch again.

alter table workspaces drop constraint fk_workspaces_tenant;

alter table workspaces
  add column root_tenant_id text collate "C"
    generated always as (case when parent_workspace_id is null then tenant_id end) stored;

alter table workspaces
  add constraint fk_workspaces_tenant foreign key (root_tenant_id) references tenants (id) on delete restrict;

-- The tenant of a reference is looked for when a tenant is deleted.
create index ix_workspaces_root_tenant on workspaces (root_tenant_id) where root_tenant_id is not null;
