-- Packs: which a tenant has turned on, and the settings that it, its workspaces and the operator give them.

-- One row per pack for the tenant (no workspace) and for each workspace that has settings of its own. The values of secret
-- fields are in the vault under this id.
create table pack_setting (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  code text not null check (code ~ '^[a-z0-9_]{1,64}$'),
  workspace_id uuid,
  -- Of the tenant's row: whether a feature pack is turned on.
  enabled boolean not null,
  connection_type text not null check (connection_type in ('local', 'remote')),
  remote_cluster_url text,
  remote_connection_id text,
  -- Of the fields that are no secrets, by name.
  field_values jsonb not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  constraint pack_setting_code_key unique nulls not distinct (tenant_id, code, workspace_id),
  foreign key (tenant_id, workspace_id) references workspace (tenant_id, id) on delete cascade
);

alter table pack_setting enable row level security, force row level security;
create policy app_own on pack_setting to toolcrib_app using (tenant_id = current_tenant());
grant select, insert, update, delete on pack_setting to toolcrib_app;

create trigger catalogue_epoch after insert or delete or update
  on pack_setting for each statement execute function next_catalogue_epoch();

-- Secrets go with the settings, also when those go with a workspace.
create function forget_pack_setting() returns trigger
  language plpgsql as $$
begin
  delete from secret where tenant_id = old.tenant_id and record_id = old.id;
  return null;
end
$$;
create trigger forget_pack_setting after delete on pack_setting for each row execute function forget_pack_setting();

-- What the operator has set for every tenant. Either the value, or what it is sealed as with the key below.
create table pack_system_setting (
  code text not null check (code ~ '^[a-z0-9_]{1,64}$'),
  field text not null check (length(field) between 1 and 64),
  value jsonb,
  sealed bytea,
  updated_at timestamptz not null,
  primary key (code, field),
  check ((value is null) <> (sealed is null))
);

-- The operator's own data key, wrapped by a master key as those of the tenants are.
create table system_key (
  only_one boolean not null primary key check (only_one),
  id uuid not null,
  master_key_id text not null check (length(master_key_id) between 1 and 200),
  wrapped bytea not null,
  created_at timestamptz not null
);

-- No tenant sees either: the server reads them in the operator's role.
alter table pack_system_setting enable row level security, force row level security;
create policy operator_all on pack_system_setting to toolcrib_operator using (true) with check (true);
grant select, insert, update, delete on pack_system_setting to toolcrib_operator;
alter table system_key enable row level security, force row level security;
create policy operator_all on system_key to toolcrib_operator using (true) with check (true);
grant select, insert, update (master_key_id, wrapped) on system_key to toolcrib_operator;
