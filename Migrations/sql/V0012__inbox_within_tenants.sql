-- The key of a command is (source, id) within its tenant: nobody can use up, or ask for, another tenant's keys. And a
-- fingerprint says by which rule it was made: from now on the acting user is part of what makes two commands the same, while
-- entries from before are compared as they were recorded.
--
-- Locks: ACCESS EXCLUSIVE on inbox while the index is built, about two seconds for each million rows. Everybody waits, and a
-- worker that waits too long runs its batch again. Where that is too long, build it beforehand, beside running workers, and
-- this finds it there:
--   create unique index concurrently uq_inbox_tenant_key on inbox (tenant_id, source, id);
-- From the beginning, although building the index needs less: a migration that waits for a stronger lock than it has
-- deadlocks with a writer that waits for the migration.
--
-- Workers of an earlier version are refused from here on, because they would compare by rules that are not those of the
-- entries: their next batch ends with 'column i.fingerprint does not exist' (that is why it has another name), nothing of it is
-- committed, no command is charged, and the broker delivers what they had to the workers of this version.

lock table inbox in access exclusive mode;

create unique index if not exists uq_inbox_tenant_key on inbox (tenant_id, source, id);

alter table inbox drop constraint pk_inbox;
alter table inbox add constraint pk_inbox primary key using index uq_inbox_tenant_key;

alter table inbox rename column fingerprint to command_fingerprint;

-- 1: type, tenant and data as they were written; 2: type, tenant, user and what the data asks for. A default that is no
-- expression is stored once, not in each row.
alter table inbox add column rule smallint not null default 1;
alter table inbox alter column rule drop default;
