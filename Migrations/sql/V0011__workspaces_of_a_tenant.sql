-- Tells the planner that a tenant has many workspaces, twenty, before ANALYZE has seen so.
--
-- ANALYZE that meets nothing but roots concludes that each tenant has one workspace and always will. Then the index on
-- names is as good as any for the check of fk_workspaces_parent, by the estimate; in truth, each new workspace walks
-- through its siblings until it comes upon its parent, until ANALYZE comes by again, a minute later or more. That check
-- is PostgreSQL's own statement: nothing but the statistics can tell it better.
--
-- Locks: SHARE UPDATE EXCLUSIVE on workspaces while a sample of it is read. Nobody who reads or writes waits.

alter table workspaces alter column tenant_id set (n_distinct = -0.05);

analyze workspaces;
