-- Every workspace refers to its tenant again.
--
-- Locks: ACCESS EXCLUSIVE on workspaces and SHARE ROW EXCLUSIVE on tenants while all rows are checked.

alter table workspaces drop column root_tenant_id;

alter table workspaces
  add constraint fk_workspaces_tenant foreign key (tenant_id) references tenants (id) on delete restrict;
