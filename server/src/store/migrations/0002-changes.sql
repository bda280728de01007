-- The second part of the audit: every change to a tenant's people and keys, written in the transaction of the change.
-- user_id and key_id are null for what the operator did. Nobody is granted a way to change or delete a row.
-- Changes are few: no partitions.
create table audit_change (
  tenant_id uuid not null,
  id uuid not null,
  at timestamptz not null,
  user_id uuid,
  key_id uuid,
  action text not null,
  target_id uuid not null,
  primary key (tenant_id, id)
);

alter table audit_change enable row level security, force row level security;
create policy app_read on audit_change for select to toolcrib_app using (tenant_id = current_tenant());
create policy app_append on audit_change for insert to toolcrib_app with check (tenant_id = current_tenant());
create policy operator_create on audit_change for insert to toolcrib_operator with check (is_new_tenant(tenant_id));
grant select, insert on audit_change to toolcrib_app;
grant insert on audit_change to toolcrib_operator;
