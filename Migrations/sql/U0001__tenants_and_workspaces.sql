-- Removes all tenants and workspaces.
--
-- Locks: ACCESS EXCLUSIVE on each table, until the end of this short transaction. Workers must be stopped: they could
-- do nothing without these tables.

drop function expect_rows(bigint, bigint);
drop table workspaces;
drop table tenants;
