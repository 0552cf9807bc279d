-- Drops the ledger of dead letters with all that is in it.
--
-- Locks: ACCESS EXCLUSIVE on dead_letters for a moment. Workers must be stopped: they could do nothing without it.

drop table dead_letters;
