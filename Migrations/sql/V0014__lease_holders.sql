-- Who holds the lease of a queue: for those who stand by, and for operators. The lease itself is an advisory lock.
--
-- Locks: creates objects that nobody can use before this transaction commits. Nothing waits.

create table lease_holders (
  -- '<virtual host>/<queue>'
  queue text collate "C" not null,
  host text not null,
  -- On that host.
  process_id integer not null,
  -- The server's process: the row tells of a session that is gone where it differs from the lock's.
  backend_id integer not null,
  -- Which broker it works with: the name of the cluster, and the address.
  broker_cluster text not null,
  broker_address text not null,
  since timestamptz not null,
  constraint pk_lease_holders primary key (queue)
);

-- The order of rows is that of their ids. An identity that was set back (a partial restore, logical replication) would
-- break it without a sound.
create function expect_increase(id bigint, previous bigint) returns bigint
language plpgsql volatile as $$
begin
  if id <= previous then
    raise exception using errcode = 'WW002', message = format('the identity was set back: %s after %s', id, previous);
  end if;
  return id;
end
$$;
