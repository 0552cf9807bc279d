-- The key of a command is (source, id) in all tenants again. Of entries that have one key in several tenants the earliest
-- stays. Repetitions of the commands of the others, and of all that were recorded by the newer rule, are rejected then
-- (idempotency_conflict): nothing is carried out twice.
--
-- Locks: ACCESS EXCLUSIVE on inbox while an index is built, about two seconds for each million rows.

lock table inbox in access exclusive mode;

delete from inbox
using inbox as earlier
where earlier.source = inbox.source and earlier.id = inbox.id
  and (earlier.recorded_at, earlier.tenant_id) < (inbox.recorded_at, inbox.tenant_id);

alter table inbox drop column rule;

alter table inbox rename column command_fingerprint to fingerprint;

alter table inbox drop constraint pk_inbox;
alter table inbox add constraint pk_inbox primary key (source, id);
