-- Tenants, their people and keys, and the audit. Runs inside one transaction with search_path at our schema.
-- Rules (a test asks the catalogue): tenant_id leads every primary key and is in every unique index and foreign key,
-- row-level security is enabled and forced everywhere, there are no sequences.

create function current_tenant() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.tenant', true), '')::uuid;

create table tenant (
  id uuid primary key,
  slug text not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name text not null check (length(name) between 1 and 200),
  created_at timestamptz not null default now(),
  constraint tenant_slug_key unique (slug)
);

create table workspace (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  slug text not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint workspace_slug_key unique (tenant_id, slug)
);

create table app_user (
  id uuid primary key,
  email text not null check (email = lower(email) and length(email) between 3 and 320),
  name text not null check (length(name) <= 200),
  created_at timestamptz not null default now(),
  constraint app_user_email_key unique (email)
);

create table member (
  tenant_id uuid not null references tenant (id),
  user_id uuid not null references app_user (id),
  role text not null check (role in ('owner', 'admin', 'builder', 'member')),
  created_at timestamptz not null default now(),
  primary key (tenant_id, user_id)
);
create index member_user_id_idx on member (user_id);

create table api_key (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  name text not null check (length(name) <= 200),
  prefix text not null,
  key_hash bytea not null check (length(key_hash) = 32),
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id),
  constraint api_key_hash_key unique (tenant_id, key_hash),
  foreign key (tenant_id, user_id) references member (tenant_id, user_id) on delete cascade
);
create index api_key_user_id_idx on api_key (tenant_id, user_id);

-- No foreign keys: a record outlives what it names, and the insert of a batch stays cheap.
create table audit_call (
  tenant_id uuid not null,
  id uuid not null,
  started_at timestamptz not null,
  duration_ms double precision not null,
  surface text not null,
  user_id uuid not null,
  key_id uuid not null,
  tool text not null,
  tool_version text,
  arguments_digest text not null,
  outcome text not null check (outcome in ('ok', 'error')),
  error_code text,
  result_rows integer,
  truncated boolean not null,
  primary key (tenant_id, id)
) partition by range (id);
create table audit_call_default partition of audit_call default;

alter table tenant enable row level security, force row level security;
alter table workspace enable row level security, force row level security;
alter table app_user enable row level security, force row level security;
alter table member enable row level security, force row level security;
alter table api_key enable row level security, force row level security;
alter table audit_call enable row level security, force row level security;
alter table audit_call_default enable row level security, force row level security;

-- The application inside one tenant.
create policy app_own on tenant to toolcrib_app using (id = current_tenant());
create policy app_own on workspace to toolcrib_app using (tenant_id = current_tenant());
create policy app_own on member to toolcrib_app using (tenant_id = current_tenant());
create policy app_own on api_key to toolcrib_app using (tenant_id = current_tenant());
create policy app_own on audit_call for select to toolcrib_app using (tenant_id = current_tenant());
create policy app_members on app_user for select to toolcrib_app using (
  exists (select from member where member.tenant_id = current_tenant() and member.user_id = app_user.id)
);
grant select, update (name) on tenant to toolcrib_app;
grant select, insert, update, delete on workspace, member, api_key to toolcrib_app;
grant select on app_user, audit_call to toolcrib_app;

-- The operator lists tenants and makes new ones. What belongs to a tenant it may only insert, and only in the
-- transaction that made the tenant, so that it can never add a member or a key to a tenant that is already there.
create function is_new_tenant(tenant_id uuid) returns boolean
  language sql stable
  return exists (select from tenant where id = tenant_id and xmin = pg_current_xact_id()::xid);
create policy operator_list on tenant for select to toolcrib_operator using (true);
create policy operator_create on tenant for insert to toolcrib_operator with check (true);
create policy operator_create on workspace for insert to toolcrib_operator with check (is_new_tenant(tenant_id));
create policy operator_create on member for insert to toolcrib_operator with check (is_new_tenant(tenant_id));
create policy operator_create on api_key for insert to toolcrib_operator with check (is_new_tenant(tenant_id));
grant select, insert on tenant to toolcrib_operator;
grant insert on workspace, member, api_key to toolcrib_operator;

-- The ledger appends, for any tenant, and reads nothing.
create policy ledger_append on audit_call for insert to toolcrib_ledger with check (true);
grant insert on audit_call to toolcrib_ledger;

-- People are shared by tenants, so no tenant may look one up or change one. Its only way is this function: it gives the
-- id for an e-mail and makes the person when there is none; it never tells or changes a name. It runs as a role that
-- has nothing else and that nobody takes on.
create policy directory_read on app_user for select to toolcrib_directory using (true);
create policy directory_create on app_user for insert to toolcrib_directory with check (true);
grant select (id, email), insert on app_user to toolcrib_directory;
grant usage, create on schema toolcrib to toolcrib_directory;
create function ensure_user(new_id uuid, new_email text, new_name text) returns uuid
  language plpgsql volatile security definer set search_path = toolcrib, pg_temp as $$
declare
  found_id uuid;
begin
  insert into app_user (id, email, name) values (new_id, lower(new_email), new_name) on conflict do nothing;
  select id into found_id from app_user where email = lower(new_email);
  if found_id is null then
    raise exception 'the id of a new user is taken' using errcode = 'unique_violation';
  end if;
  return found_id;
end
$$;
revoke execute on function ensure_user(uuid, text, text) from public;
grant execute on function ensure_user(uuid, text, text) to toolcrib_app, toolcrib_operator;
alter function ensure_user(uuid, text, text) owner to toolcrib_directory;
revoke create on schema toolcrib from toolcrib_directory;
