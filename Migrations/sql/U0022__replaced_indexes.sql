-- Builds the indexes anew that were replaced.
--
-- Locks: SHARE on workspaces, and then on dead_letters, while they are built, so changes wait, and reads do not.

create index if not exists ix_workspaces_parent on workspaces (parent_workspace_id, tenant_id);
create index if not exists ix_dead_letters_fingerprint on dead_letters (fingerprint);
