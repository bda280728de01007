-- The vault: one data key per tenant, wrapped by a master key, and what is sealed with it.

create table data_key (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  -- Names the master key without telling anything of it.
  master_key_id text not null check (length(master_key_id) between 1 and 200),
  wrapped bytea not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  -- One key per tenant: whoever comes second uses the first one's.
  constraint data_key_tenant_key unique (tenant_id)
);

-- Every secret of a tenant: fields of credentials, of OAuth clients and of single sign-on, and secret variables.
create table secret (
  tenant_id uuid not null references tenant (id),
  -- Id of the record that it belongs to.
  record_id uuid not null,
  field text not null check (length(field) between 1 and 100),
  sealed bytea not null,
  primary key (tenant_id, record_id, field)
);

-- A secret variable of a person (user_id) or of the tenant (no user_id). Its value is in the vault under this id.
create table variable (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  name text not null check (name ~ '^[A-Za-z_][A-Za-z0-9_]{0,99}$'),
  user_id uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  constraint variable_name_key unique nulls not distinct (tenant_id, user_id, name),
  foreign key (tenant_id, user_id) references member (tenant_id, user_id) on delete cascade
);

do $$
declare
  name text;
begin
  foreach name in array array['data_key', 'secret', 'variable'] loop
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('create policy app_own on %I to toolcrib_app using (tenant_id = current_tenant())', name);
    execute format('grant select, insert, update, delete on %I to toolcrib_app', name);
  end loop;
end
$$;
-- A tenant's key never changes: only how it is wrapped does.
revoke update, delete on data_key from toolcrib_app;

-- A value goes with its variable, also when that goes with a member.
create function forget_variable() returns trigger
  language plpgsql as $$
begin
  delete from secret where tenant_id = old.tenant_id and record_id = old.id;
  return null;
end
$$;
create trigger forget_variable after delete on variable for each row execute function forget_variable();

-- The operator wraps data keys anew when the master key changes. A wrapped key is no secret to whoever has no master key.
create policy operator_wrap on data_key for select to toolcrib_operator using (true);
create policy operator_rewrap on data_key for update to toolcrib_operator using (true) with check (true);
grant select, update (master_key_id, wrapped) on data_key to toolcrib_operator;
