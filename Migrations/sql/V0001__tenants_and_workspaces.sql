-- Tenants, and the tree of workspaces that each of them owns.
--
-- Locks: creates objects that nobody can use before this transaction commits. Nothing waits.

create table tenants (
  id text collate "C" not null,
  -- The number of the tenant's last event, 0 before the first. Whoever numbers events holds this row's lock.
  event_sequence bigint not null default 0,
  created_at timestamptz not null default now(),
  constraint pk_tenants primary key (id),
  -- One spelling for each id: base32 would also read lower case. (A counted repetition costs four times as much.)
  constraint ck_tenants_id check (octet_length(id) = 26 and id ~ '^[0-7][0-9A-HJKMNP-TV-Z]*$'),
  constraint ck_tenants_event_sequence check (event_sequence >= 0)
)
-- Every batch updates the rows of its tenants, never an indexed column: with room on the page the new version stays
-- there (HOT), and the index is left alone.
with (fillfactor = 50);

create table workspaces (
  id text collate "C" not null,
  tenant_id text collate "C" not null,
  name text collate "C" not null,
  parent_workspace_id text collate "C",
  is_root boolean not null generated always as (parent_workspace_id is null) stored,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- 1 at creation, one more with each change: what an optimistic check compares.
  version bigint not null,
  constraint pk_workspaces primary key (id),
  -- What the parent is found by, so that it is always one of the same tenant; also serves lists in id order.
  constraint uq_workspaces_tenant_id unique (tenant_id, id),
  constraint fk_workspaces_tenant foreign key (tenant_id) references tenants (id) on delete restrict,
  constraint fk_workspaces_parent foreign key (tenant_id, parent_workspace_id)
    references workspaces (tenant_id, id) on delete restrict,
  constraint ck_workspaces_id check (octet_length(id) = 26 and id ~ '^[0-7][0-9A-HJKMNP-TV-Z]*$'),
  constraint ck_workspaces_name check (char_length(name) between 1 and 512),
  constraint ck_workspaces_version check (version >= 1)
);

create unique index uq_workspaces_tenant_root on workspaces (tenant_id) where parent_workspace_id is null;

-- Counts children, and lets the foreign key look for them when their parent is deleted.
create index ix_workspaces_parent on workspaces (parent_workspace_id, tenant_id);

-- An optimistic check inside a statement, so that it can decide about a COMMIT that is already on its way:
--   with changed as (update … where version = … returning 1)
--   select expect_rows((select count(*) from changed), 3)
create function expect_rows(actual bigint, expected bigint) returns void
language plpgsql volatile as $$
begin
  if actual is distinct from expected then
    -- A code of this project; the standard leaves classes that begin with I to Z to implementations.
    raise exception using
      errcode = 'WW001',
      message = format('%s rows were to change, %s did', expected, actual);
  end if;
end
$$;
