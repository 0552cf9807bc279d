-- Finds a command in its line by its key, however long the line is: with parking.when_full: skip each command of a tenant with
-- a line is looked for.
--
-- An entry takes at most 511 bytes of queue, 26 of tenant, 1024 of source and 512 of id (256 and 128 characters of 4 bytes), and
-- 24 of headers: below the 2704 bytes that a btree entry may have.
--
-- Locks: SHARE on parked_commands while the index is built, a second or two for each million rows. Reading goes on; writers wait.

create index ix_parked_commands_key on parked_commands (queue, tenant_id, command_source, command_id);
