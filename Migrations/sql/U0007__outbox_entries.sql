-- Drops the messages that were not published yet: run a worker until there are none, then stop it.
--
-- Locks: ACCESS EXCLUSIVE on outbox for a moment. Workers must be stopped: they could do nothing without it.

delete from outbox;

alter table outbox
  drop column message_count,
  drop column messages,
  add column tenant_id text collate "C",
  add column exchange bytea not null,
  add column routing_key bytea not null,
  add column message_id text,
  add column properties bytea not null,
  add column body bytea not null;

alter table outbox set (autovacuum_vacuum_threshold = 5000);
