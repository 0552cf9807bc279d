-- A name occurs once within a tenant.
--
-- A plain constraint, checked row by row: a deferred check would report a lost race at COMMIT, when all other
-- statements have run, and could not be the arbiter of ON CONFLICT.
--
-- An entry of its index takes at most 26 bytes of tenant, 2048 of name (512 characters of 4 bytes) and 16 of headers
-- and alignment: below the 2704 bytes that a btree entry may have.
--
-- Locks: ACCESS EXCLUSIVE on workspaces while the index is built, a second or so for each million rows. Readers and
-- writers wait, and a worker that waits too long runs its batch again.

alter table workspaces add constraint uq_workspaces_tenant_name unique (tenant_id, name);
