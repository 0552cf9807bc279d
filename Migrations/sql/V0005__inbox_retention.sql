-- Lets the oldest entries of the inbox be found and removed in small steps: docs/retention.md.
--
-- A btree on the time of recording: rows arrive at its right end, a page that stays in memory, and are removed at its
-- left end, so a step costs the same whatever lies between. A BRIN index would be smaller by far, but rows that reuse
-- the room of removed ones widen its ranges until each of them spans all of time. Partitions by time could be dropped
-- whole, but a unique key on a partitioned table must include the time, and (source, id) alone is what makes a command
-- the same command.
--
-- Locks: SHARE on inbox while the index is built, about a second for each million rows. Reading goes on; writers wait,
-- and a worker that waits too long runs its batch again. Where that is too long, build it beforehand, beside running
-- workers, and this finds it there:
--   create index concurrently ix_inbox_recorded_at on inbox (recorded_at);
-- Then SHARE UPDATE EXCLUSIVE for a moment, which only other maintenance waits for.

create index if not exists ix_inbox_recorded_at on inbox (recorded_at);

-- Vacuum comes by after a number of removed rows, as it does after a number of new ones, and not after 20 % of a
-- hundred million: until then the left end of the index leads to rows that are gone. It reads the indexes, which are
-- large, only when rows are gone from 2 % of the table's pages (PostgreSQL manual, "VACUUM", INDEX_CLEANUP).
alter table inbox set (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 100000,
  toast.autovacuum_vacuum_scale_factor = 0,
  toast.autovacuum_vacuum_threshold = 100000
);
