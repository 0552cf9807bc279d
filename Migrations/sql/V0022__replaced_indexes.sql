-- Drops the indexes that those of migrations 19 and 20 replace.
--
-- Locks: ACCESS EXCLUSIVE on workspaces and on dead_letters for a moment: changes of the catalogue alone.

drop index if exists ix_workspaces_parent;
drop index if exists ix_dead_letters_fingerprint;
