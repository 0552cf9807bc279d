-- The inbox is kept for ever again: a worker that cleans it would read all of it at each step.
--
-- Locks: ACCESS EXCLUSIVE on inbox for the moment that it takes to drop an index.

alter table inbox reset (
  autovacuum_vacuum_scale_factor,
  autovacuum_vacuum_threshold,
  toast.autovacuum_vacuum_scale_factor,
  toast.autovacuum_vacuum_threshold
);

drop index ix_inbox_recorded_at;
