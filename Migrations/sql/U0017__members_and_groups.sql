-- Removes all groups and members: nobody may do anything any more but systems, and everybody where nothing asks. Workers that
-- know members are refused without them.
--
-- Locks: ACCESS EXCLUSIVE on each table, until the end of this short transaction; SHARE ROW EXCLUSIVE on what they refer to.

drop function viewable_workspaces(text, text, text, bigint);
drop table workspace_members;
drop table group_members;
drop table groups;
drop table tenant_members;
