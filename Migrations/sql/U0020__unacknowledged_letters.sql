-- Redelivered messages are looked for among all letters again.
--
-- Locks: ACCESS EXCLUSIVE on dead_letters for a moment.

drop index ix_dead_letters_unacknowledged;
