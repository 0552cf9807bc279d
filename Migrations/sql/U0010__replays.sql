-- Drops what is known of replays, and which letters were discarded.
--
-- Locks: ACCESS EXCLUSIVE on the tables for a moment. Workers must be stopped: they could do nothing without them.

drop table replay_items;
drop table replay_plans;
alter table dead_letters
  drop column discarded_at,
  drop column discarded_by,
  drop column discarded_because,
  drop column replay_of;
