-- Checks the foreign key to parents at the end of each statement again. Workers that move workspaces are refused without it.
--
-- Locks: ACCESS EXCLUSIVE on workspaces while all of its rows are checked once, about a second for each million.

alter table workspaces
  drop constraint fk_workspaces_parent,
  add constraint fk_workspaces_parent foreign key (tenant_id, parent_workspace_id)
    references workspaces (tenant_id, id) on delete restrict;
