-- People, their ways in, and what stands in the audit of how a request proved itself.

-- A service account is a member that is no person: it has keys and never signs in.
alter table member add column kind text not null default 'person' check (kind in ('person', 'service'));
-- Set by the operator, inside the tenant's own scope: whoever may change a row of `tenant` across tenants could make it look
-- new (is_new_tenant), and so add a member.
alter table tenant add column suspended_at timestamptz;
grant update (suspended_at) on tenant to toolcrib_app;

alter table workspace add column name text not null default '' check (length(name) <= 200);

-- Rate of use of a key: calls per minute, over all processes; null: no bound of its own.
alter table api_key add column calls_per_minute integer check (calls_per_minute between 1 and 1000000);

-- Whoever made the key and may still know it; null: the operator. Keys that others made end when a person signs in.
alter table api_key add column made_by uuid;

-- A password opens one tenant: nobody who administers another can give a person a password here.
create table password (
  tenant_id uuid not null,
  user_id uuid not null,
  -- A PHC string: algorithm, parameters, salt and hash.
  hash text not null check (length(hash) <= 300),
  changed_at timestamptz not null,
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references member (tenant_id, user_id) on delete cascade
);

-- A browser's sign-in. The cookie holds the secret, the table its hash.
create table session (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  token_hash bytea not null check (length(token_hash) = 32),
  via text not null check (via in ('password', 'sso', 'invitation')),
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id),
  constraint session_token_key unique (tenant_id, token_hash),
  foreign key (tenant_id, user_id) references member (tenant_id, user_id) on delete cascade
);
create index session_user_id_idx on session (tenant_id, user_id);

create table invitation (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  email text not null check (email = lower(email) and length(email) between 3 and 320),
  name text not null check (length(name) <= 200),
  role text not null check (role in ('owner', 'admin', 'builder', 'member')),
  token_hash bytea not null check (length(token_hash) = 32),
  -- Null: the operator, who alone may let somebody in again that has a password already.
  invited_by uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id),
  constraint invitation_token_key unique (tenant_id, token_hash)
);

-- Single sign-on by OpenID Connect. The client's secret is in the vault under this id.
create table sign_on (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  name text not null check (length(name) between 1 and 100),
  issuer text not null,
  client_id text not null,
  -- Who may come in without an invitation: addresses of these domains, with this role. Empty: members only.
  domains text[] not null,
  role text not null check (role in ('builder', 'member')),
  created_at timestamptz not null,
  primary key (tenant_id, id),
  constraint sign_on_name_key unique (tenant_id, name)
);

-- A sign-in at an issuer under way; bound to the browser by a cookie whose hash is here.
create table sign_on_flow (
  tenant_id uuid not null,
  state_hash bytea not null check (length(state_hash) = 32),
  sign_on_id uuid not null,
  browser_hash bytea not null check (length(browser_hash) = 32),
  -- Sealed by the vault: PKCE verifier and nonce.
  sealed bytea not null,
  redirect_uri text not null,
  return_to text not null,
  expires_at timestamptz not null,
  primary key (tenant_id, state_hash),
  foreign key (tenant_id, sign_on_id) references sign_on (tenant_id, id) on delete cascade
);

-- A person at an issuer is known by issuer and subject, never by the address alone.
create table sign_on_subject (
  tenant_id uuid not null,
  sign_on_id uuid not null,
  subject text not null check (length(subject) between 1 and 255),
  user_id uuid not null,
  primary key (tenant_id, sign_on_id, subject),
  foreign key (tenant_id, sign_on_id) references sign_on (tenant_id, id) on delete cascade,
  foreign key (tenant_id, user_id) references member (tenant_id, user_id) on delete cascade
);

-- Uses of a key or of a sign-in form within a window of time, over all processes. Lost in a crash, which does no harm.
create unlogged table use_count (
  tenant_id uuid not null,
  subject text not null check (length(subject) <= 100),
  window_at timestamptz not null,
  used integer not null,
  primary key (tenant_id, subject, window_at)
);
create index use_count_window_idx on use_count (window_at);

do $$
declare
  name text;
begin
  foreach name in array array[
    'password', 'session', 'invitation', 'sign_on', 'sign_on_flow', 'sign_on_subject', 'use_count'
  ] loop
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('create policy app_own on %I to toolcrib_app using (tenant_id = current_tenant())', name);
    execute format('grant select, insert, update, delete on %I to toolcrib_app', name);
  end loop;
end
$$;

-- Windows that are over are removed for all tenants at once.
create policy operator_forget on use_count for select to toolcrib_operator using (true);
create policy operator_delete on use_count for delete to toolcrib_operator using (true);
grant select (window_at), delete on use_count to toolcrib_operator;

-- The first owner is invited in the transaction that makes the tenant.
create policy operator_create on invitation for insert to toolcrib_operator with check (is_new_tenant(tenant_id));
grant insert on invitation to toolcrib_operator;
