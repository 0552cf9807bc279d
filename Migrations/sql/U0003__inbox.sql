-- Forgets which commands were processed: a repetition of any of them would be run again.
--
-- Locks: ACCESS EXCLUSIVE on inbox for a moment. Workers must be stopped: they could do nothing without it.

drop table inbox;
