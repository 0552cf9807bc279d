-- The names that occur more than once within a tenant: they have to be changed before the constraint can stand.
-- The first column is the number of such names, the others are shown for the first 20.
--
-- Locks: ACCESS SHARE on workspaces, which only a change of the table's structure waits for.

select
  count(*) over () as total,
  tenant_id as tenant,
  name,
  count(*)::text as workspaces
from workspaces
group by tenant_id, name
having count(*) > 1
order by tenant_id, name
limit 20
