-- Dead letters: the messages that nobody could process, each as it came, with what is known of it. Operators search,
-- count and read them here; a queue can't be searched, and reading it changes it.
--
-- Locks: creates objects that nobody can use before this transaction commits. Nothing waits.

create table dead_letters (
  -- A ULID: increasing with the time of recording.
  id text collate "C" not null,
  -- '<virtual host>/<queue>' that it was delivered from.
  queue text collate "C" not null,
  -- SHA-256 over exchange, routing key, property list and body: a delivery that comes again is known by it.
  fingerprint bytea not null,
  recorded_at timestamptz not null,
  reason text collate "C" not null,
  -- For people. No payload.
  detail text not null,
  attempts integer not null,
  first_failed_at timestamptz not null,
  -- NULL where the message could not be read that far.
  tenant_id text collate "C",
  command_type text collate "C",
  command_source text collate "C",
  command_id text collate "C",
  -- Names in AMQP are bytes: they need not be UTF-8.
  exchange bytea not null,
  routing_key bytea not null,
  -- The property list of the AMQP content header frame.
  properties bytea not null,
  body bytea not null,
  constraint pk_dead_letters primary key (id),
  constraint ck_dead_letters_fingerprint check (octet_length(fingerprint) = 32),
  constraint ck_dead_letters_attempts check (attempts > 0)
);

create index ix_dead_letters_fingerprint on dead_letters (fingerprint);

-- What is asked for most, each in the order of the list.
create index ix_dead_letters_reason on dead_letters (reason, id);
create index ix_dead_letters_tenant on dead_letters (tenant_id, id);
create index ix_dead_letters_type on dead_letters (command_type, id);
