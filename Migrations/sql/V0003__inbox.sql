-- Inbox: the commands that were processed, each with the answer that every repetition of it gets.
--
-- Locks: creates objects that nobody can use before this transaction commits. Nothing waits.

create table inbox (
  -- The CloudEvents attributes that make a command the same command. 256 and 128 characters of up to 4 bytes are 1536
  -- bytes: below the 2704 that a btree entry may have.
  source text collate "C" not null,
  id text collate "C" not null,
  -- SHA-256 over what must be equal for two commands of one key to be the same command.
  fingerprint bytea not null,
  tenant_id text collate "C" not null,
  result_id text collate "C" not null,
  result_type text not null,
  -- The result as it was published first, byte for byte. A page of 500 workspaces is stored out of line (TOAST).
  result bytea not null,
  recorded_at timestamptz not null,
  constraint pk_inbox primary key (source, id),
  constraint ck_inbox_fingerprint check (octet_length(fingerprint) = 32)
)
-- Rows are only ever added. By default vacuum would come by after 20 % more of them, each time with more to do: here
-- it comes after every 100,000, sets the visibility map and freezes while the pages are still in memory.
with (
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 100000
);
