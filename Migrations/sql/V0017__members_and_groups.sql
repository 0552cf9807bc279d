-- Who may do what: members of tenants, groups of users, and the roles of users and groups on workspaces.
--
-- Tenants that are there already have no members, so no admin: until a system sends tenant.set_member, only commands without a
-- user are permitted (or all, with authorization.enforce: false).
--
-- Locks: SHARE ROW EXCLUSIVE on tenants and workspaces for a moment, because foreign keys to them are created: writers wait for
-- this short transaction, readers don't. No row of theirs is read.

create table tenant_members (
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  role text collate "C" not null,
  created_at timestamptz not null default now(),
  constraint pk_tenant_members primary key (tenant_id, user_id),
  constraint fk_tenant_members_tenant foreign key (tenant_id) references tenants (id),
  constraint ck_tenant_members_user check (char_length(user_id) between 1 and 255),
  constraint ck_tenant_members_role check (role in ('admin', 'member'))
);

-- Counts admins.
create index ix_tenant_members_admins on tenant_members (tenant_id) where role = 'admin';

create table groups (
  id text collate "C" not null,
  tenant_id text collate "C" not null,
  name text collate "C" not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- 1 at creation, one more with each change: what an optimistic check compares.
  version bigint not null,
  constraint pk_groups primary key (id),
  -- What members and roles find it by, so that it is always one of the same tenant; also serves lists in id order.
  constraint uq_groups_tenant_id unique (tenant_id, id),
  constraint uq_groups_tenant_name unique (tenant_id, name),
  constraint fk_groups_tenant foreign key (tenant_id) references tenants (id),
  constraint ck_groups_id check (octet_length(id) = 26 and id ~ '^[0-7][0-9A-HJKMNP-TV-Z]*$'),
  constraint ck_groups_name check (char_length(name) between 1 and 512),
  constraint ck_groups_version check (version >= 1)
);

create table group_members (
  tenant_id text collate "C" not null,
  group_id text collate "C" not null,
  user_id text collate "C" not null,
  role text collate "C" not null,
  created_at timestamptz not null default now(),
  constraint pk_group_members primary key (tenant_id, group_id, user_id),
  constraint fk_group_members_group foreign key (tenant_id, group_id) references groups (tenant_id, id)
    deferrable initially deferred,
  constraint fk_group_members_user foreign key (tenant_id, user_id) references tenant_members (tenant_id, user_id)
    deferrable initially deferred,
  constraint ck_group_members_role check (role in ('admin', 'member'))
);

-- The groups of a user.
create index ix_group_members_user on group_members (tenant_id, user_id, group_id);

create table workspace_members (
  tenant_id text collate "C" not null,
  workspace_id text collate "C" not null,
  member_type text collate "C" not null,
  member_id text collate "C" not null,
  role text collate "C" not null,
  created_at timestamptz not null default now(),
  -- What the foreign keys are about: one of them, by the type.
  user_id text collate "C" generated always as (case when member_type = 'user' then member_id end) stored,
  group_id text collate "C" generated always as (case when member_type = 'group' then member_id end) stored,
  -- In the order of lists.
  constraint pk_workspace_members primary key (tenant_id, workspace_id, member_type, member_id),
  constraint fk_workspace_members_workspace foreign key (tenant_id, workspace_id) references workspaces (tenant_id, id)
    deferrable initially deferred,
  constraint fk_workspace_members_user foreign key (tenant_id, user_id) references tenant_members (tenant_id, user_id)
    deferrable initially deferred,
  constraint fk_workspace_members_group foreign key (tenant_id, group_id) references groups (tenant_id, id)
    deferrable initially deferred,
  constraint ck_workspace_members_type check (member_type in ('user', 'group')),
  constraint ck_workspace_members_role check (role in ('admin', 'editor', 'member'))
);

-- The workspaces on which a user, or a group, has a role.
create index ix_workspace_members_user on workspace_members (tenant_id, user_id, workspace_id) where user_id is not null;
create index ix_workspace_members_group on workspace_members (tenant_id, group_id, workspace_id) where group_id is not null;

-- A page of the workspaces that a user may view, in id order: those on which he, or a group that he is in, has a role, and all
-- below them; all of them for an admin of the tenant.
--
-- Two ways lead there. Going down from the granted workspaces is short where they are few, going through the ids and up from each
-- is short where most may be viewed. Each is given up after so many steps; where both are, going down is ended.
create function viewable_workspaces(wanted_tenant text, viewer text, after text, size bigint) returns setof workspaces
language plpgsql stable as $$
declare
  steps constant bigint := 10000;
  granted text[];
  viewable text[];
  scanned bigint;
begin
  if exists (
    select from tenant_members m where m.tenant_id = wanted_tenant and m.user_id = viewer and m.role = 'admin'
  ) then
    return query
      select w.* from workspaces w where w.tenant_id = wanted_tenant and w.id > after order by w.id limit size;
    return;
  end if;

  granted := array(
    select m.workspace_id from workspace_members m where m.tenant_id = wanted_tenant and m.user_id = viewer
    union
    select m.workspace_id
    from group_members g
    join workspace_members m on m.tenant_id = g.tenant_id and m.group_id = g.group_id
    where g.tenant_id = wanted_tenant and g.user_id = viewer);
  if cardinality(granted) = 0 then return; end if;

  viewable := array(
    with recursive below (id) as (
      select unnest(granted) collate "C"
      union
      select w.id
      from below
      cross join lateral (
        select workspaces.id from workspaces
        where workspaces.parent_workspace_id = below.id and workspaces.tenant_id = wanted_tenant
        offset 0
      ) as w
    )
    select below.id from below limit steps + 1);

  if cardinality(viewable) > steps then
    return query
      select w.*
      from (
        select * from workspaces where tenant_id = wanted_tenant and workspaces.id > after order by workspaces.id limit steps
      ) as w
      where exists (
        with recursive above (id, parent_id) as (
          select w.id, w.parent_workspace_id
          union all
          select p.id, p.parent_workspace_id from above join workspaces p on p.id = above.parent_id
        )
        select from above where above.id = any(granted)
      )
      order by w.id
      limit size;
    get diagnostics scanned = row_count;
    if scanned >= size then return; end if;
    -- Were these the last ones?
    perform from workspaces where tenant_id = wanted_tenant and workspaces.id > after offset steps limit 1;
    if not found then return; end if;
    -- What was returned above is returned: the rest follows behind it.
    return query
      select w.*
      from (
        with recursive below (id) as (
          select unnest(granted) collate "C"
          union
          select c.id from below join workspaces c on c.parent_workspace_id = below.id and c.tenant_id = wanted_tenant
        )
        select below.id from below
      ) as b
      join workspaces w on w.id = b.id
      where w.id > (
        select max(s.id)
        from (
          select workspaces.id from workspaces
          where tenant_id = wanted_tenant and workspaces.id > after order by workspaces.id limit steps
        ) as s
      )
      order by w.id
      limit size - scanned;
    return;
  end if;

  return query
    select w.* from workspaces w where w.id = any(viewable) and w.id > after order by w.id limit size;
end
$$;
