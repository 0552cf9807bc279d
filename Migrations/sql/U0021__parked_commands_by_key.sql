-- A command is looked for in all of its line again.
--
-- Locks: ACCESS EXCLUSIVE on parked_commands for a moment.

drop index ix_parked_commands_key;
