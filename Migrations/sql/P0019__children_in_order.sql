-- An index of the name that the migration is about to make, and not what it makes: one that was built beforehand and
-- did not come to its end (drop it, and build it again), or one on something else.
--
-- Locks: none that anybody waits for.

select
  count(*) over () as total,
  c.relname::text as index,
  pg_get_indexdef(i.indexrelid) as definition,
  case when i.indisvalid then 'another index' else 'not valid' end as problem
from pg_index i
join pg_class c on c.oid = i.indexrelid
where c.relname = 'ix_workspaces_children'
  and c.relnamespace = (select relnamespace from pg_class where oid = to_regclass('workspaces'))
  and not (
    i.indisvalid
    and i.indrelid = to_regclass('workspaces')
    and i.indpred is null
    and pg_get_indexdef(i.indexrelid) like '%USING btree (parent_workspace_id, tenant_id, id)'
  )
