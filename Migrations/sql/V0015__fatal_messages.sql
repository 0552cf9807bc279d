-- Messages that processes have died of, by evidence: a process that ends itself by a trap, a fault or abort() leaves word of
-- what it had in hand. begun_messages, which counted processes that ended for whatever reason, is not read any more; it stays
-- for workers of the version before, which may go on beside this one's.
--
-- Locks: ACCESS EXCLUSIVE on active_workers for a moment: it has a row for each queue. What else it creates nobody can
-- use before this transaction commits.

create table fatal_messages (
  -- '<virtual host>/<queue>' that it was delivered from.
  queue text collate "C" not null,
  -- SHA-256 of its body.
  body_hash bytea not null,
  -- The last process that died of it, and by which signal.
  process text collate "C" not null,
  signal integer not null,
  -- How many processes have died of it.
  deaths integer not null,
  -- The last of them had decoded it.
  is_decodable boolean not null,
  last_death_at timestamptz not null,
  constraint pk_fatal_messages primary key (queue, body_hash),
  constraint ck_fatal_messages_body_hash check (octet_length(body_hash) = 32)
);

-- The signal by which the process ended itself with no message in hand; NULL where it has not.
alter table active_workers add column died_of integer;
