-- An entry of the outbox holds all messages of a transaction, up to about a megabyte, instead of one. A row costs
-- the same whatever it holds, and two for each command, written and removed again, were a third of all work here.
--
-- Locks: ACCESS EXCLUSIVE on outbox. Workers must be stopped: those before this version know the old columns.

alter table outbox
  add column message_count integer,
  -- Of each message the exchange, the routing key, the property list of the AMQP content header frame and the body,
  -- each behind its length as four bytes, the highest first.
  add column messages bytea;

update outbox set
  message_count = 1,
  messages =
    int4send(octet_length(exchange)) || exchange || int4send(octet_length(routing_key)) || routing_key
    || int4send(octet_length(properties)) || properties || int4send(octet_length(body)) || body;

alter table outbox
  alter column message_count set not null,
  alter column messages set not null,
  -- Out of line without a try to compress: it lives for a few milliseconds.
  alter column messages set storage external,
  drop column tenant_id,
  drop column exchange,
  drop column routing_key,
  drop column message_id,
  drop column properties,
  drop column body;

-- A few rows for each transaction now, and some hundred chunks of them beside the table.
alter table outbox set (autovacuum_vacuum_threshold = 500);
