-- Removes changes that were not replicated yet: after migrating up again, `authorization repair` brings SpiceDB up to date.
--
-- Locks: ACCESS EXCLUSIVE on each table, until the end of this short transaction.

drop table relationship_tokens;
drop table relationship_changes;
