-- Parked commands: those that failed and are tried again later, and behind each of them, in the order of their arrival,
-- the later commands of its tenant. They wait here and not in the queue: a queue that takes a message back puts it before
-- or behind others, and counts.
--
-- Locks: ACCESS EXCLUSIVE on dead_letters while its rows are checked, some seconds for millions. What else it creates
-- nobody can use before this transaction commits.

create table parked_commands (
  -- Increasing in the order of parking: one worker of a queue writes at a time.
  id bigint generated always as identity,
  -- '<virtual host>/<queue>' that it was delivered from.
  queue text collate "C" not null,
  tenant_id text collate "C" not null,
  -- When its line goes on: set for the first of a line, and for none other.
  due_at timestamptz,
  parked_at timestamptz not null,
  -- The process that parked it, or tried it since and lived: any other one tries it with care.
  process text collate "C" not null,
  failures integer not null,
  first_failed_at timestamptz,
  last_failed_at timestamptz,
  -- For people. No payload.
  error text,
  -- Why an operator wants it among the dead letters. The worker sees to it when its turn comes.
  dead_letter_request text,
  command_type text collate "C" not null,
  command_source text collate "C" not null,
  command_id text collate "C" not null,
  -- SHA-256 over exchange, routing key, property list and body: a delivery that comes again is known by it.
  fingerprint bytea not null,
  -- Names in AMQP are bytes: they need not be UTF-8.
  exchange bytea not null,
  routing_key bytea not null,
  -- The property list of the AMQP content header frame.
  properties bytea not null,
  body bytea not null,
  constraint pk_parked_commands primary key (id),
  constraint ck_parked_commands_fingerprint check (octet_length(fingerprint) = 32),
  constraint ck_parked_commands_failures check (
    failures >= 0 and (failures > 0) = (first_failed_at is not null and last_failed_at is not null and error is not null))
);

create index ix_parked_commands_line on parked_commands (queue, tenant_id, id);
create index ix_parked_commands_due on parked_commands (queue, due_at) where due_at is not null;
create index ix_parked_commands_fingerprint on parked_commands (fingerprint);
-- A line has one first command.
create unique index uq_parked_commands_first on parked_commands (queue, tenant_id) where due_at is not null;

-- Messages that a process begins after another one may have died of them. Whoever lives removes the note: what stays
-- tells how many did not.
create table begun_messages (
  queue text collate "C" not null,
  fingerprint bytea not null,
  -- The last process that began it.
  process text collate "C" not null,
  -- How many processes have begun it.
  processes integer not null,
  -- One of them has decoded it.
  is_decodable boolean not null default false,
  begun_at timestamptz not null,
  constraint pk_begun_messages primary key (queue, fingerprint)
);

-- Which process was active last for a queue: what it had in hand, and the broker delivers again, it may have died of.
create table active_workers (
  queue text collate "C" not null,
  -- NULL when it has ended in an orderly way since.
  process text collate "C",
  since timestamptz not null,
  constraint pk_active_workers primary key (queue)
);

-- A command may go to the dead letters without having been tried.
alter table dead_letters drop constraint ck_dead_letters_attempts;
alter table dead_letters add constraint ck_dead_letters_attempts check (attempts >= 0);
