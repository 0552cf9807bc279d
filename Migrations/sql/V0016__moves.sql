-- A workspace can be moved: below one that the same transaction adds, and away from one that it deletes. So the foreign key to
-- parents is checked at the end of the transaction. RESTRICT can't wait for that, NO ACTION can; both say no.
--
-- Locks: ACCESS EXCLUSIVE on workspaces while all of its rows are checked once, about a second for each million. Readers and
-- writers wait; a worker that waits too long runs its batch again.

alter table workspaces
  drop constraint fk_workspaces_parent,
  add constraint fk_workspaces_parent foreign key (tenant_id, parent_workspace_id)
    references workspaces (tenant_id, id) on delete no action deferrable initially deferred;
