-- Outbox: the messages that were committed with the change that they tell of, until the broker has confirmed them.
--
-- Locks: creates objects that nobody can use before this transaction commits. Nothing waits.

create table outbox (
  -- '<virtual host>/<queue>' whose worker publishes it.
  queue text collate "C" not null,
  -- Increasing in the order in which a tenant's messages must be published.
  id bigint not null generated always as identity,
  -- NULL where a command could not be read that far.
  tenant_id text collate "C",
  -- Names in AMQP are bytes: they need not be UTF-8.
  exchange bytea not null,
  routing_key bytea not null,
  -- For people; the property list holds it too.
  message_id text,
  -- The property list of the AMQP content header frame.
  properties bytea not null,
  body bytea not null,
  recorded_at timestamptz not null default now(),
  -- One index for both ways in: what is left of a queue in order, and rows to remove by id.
  constraint pk_outbox primary key (queue, id)
)
-- A row lives for a few milliseconds, and the table is almost empty: what counts is how soon dead rows are reused.
-- A share of such a table says nothing, so a fixed number of dead rows calls vacuum, which then need not be gentle.
with (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 100000,
  autovacuum_vacuum_cost_delay = 0,
  toast.autovacuum_vacuum_scale_factor = 0,
  toast.autovacuum_vacuum_threshold = 5000,
  toast.autovacuum_vacuum_cost_delay = 0
);
