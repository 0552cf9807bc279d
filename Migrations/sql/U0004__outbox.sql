-- Drops the messages that were not published yet: run a worker until there are none, then stop it.
--
-- Locks: ACCESS EXCLUSIVE on outbox for a moment. Workers must be stopped: they could do nothing without it.

drop table outbox;
