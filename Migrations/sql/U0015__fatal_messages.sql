-- Locks: ACCESS EXCLUSIVE on active_workers for a moment.

alter table active_workers drop column died_of;
drop table fatal_messages;
