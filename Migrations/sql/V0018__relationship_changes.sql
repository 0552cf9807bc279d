-- What commits change in relationships, until they are replicated to SpiceDB; and how far each tenant's are. Written only with
-- authorization.spicedb.endpoint.
--
-- Locks: creates objects that nobody can use before this transaction commits. Nothing waits, and no row is read: there is no
-- preflight.

create table relationship_changes (
  -- Increasing in the order in which a tenant's changes, and those of one object, must be made.
  id bigint not null generated always as identity,
  tenant_id text collate "C" not null,
  change_count integer not null,
  -- A line for each, its fields between tabs: + or -, the kind, and what it is about. Ids of users hold no control characters.
  changes text not null,
  recorded_at timestamptz not null default now(),
  constraint pk_relationship_changes primary key (id),
  -- One write takes no more, so a larger commit has several rows.
  constraint ck_relationship_changes_count check (change_count between 1 and 1000)
)
-- As of the outbox: rows live for moments, and what counts is how soon dead ones are reused.
with (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 100000,
  autovacuum_vacuum_cost_delay = 0
);

-- Whether something of a tenant waits.
create index ix_relationship_changes_tenant on relationship_changes (tenant_id, id);

create table relationship_tokens (
  tenant_id text collate "C" not null,
  -- SpiceDB's ZedToken: who reads at least as fresh as this sees all that was replicated of the tenant.
  token text collate "C" not null,
  -- The last row of relationship_changes that was replicated.
  applied_id bigint not null,
  applied_at timestamptz not null default now(),
  constraint pk_relationship_tokens primary key (tenant_id),
  constraint ck_relationship_tokens_token check (token <> '')
);
