-- Accounts that calls are made with, how they are connected by OAuth, and the receipts of their end.

-- Grows with every change that matters to whose credential a call uses: what is remembered of an older one is not used.
alter table tenant add column credential_epoch bigint not null default 0;
grant update (credential_epoch) on tenant to toolcrib_app;

-- A registration of ours at a provider, made by the tenant's admins, or with one credential for that credential alone.
-- The secret is in the vault under this id.
create table oauth_client (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  provider text not null check (length(provider) <= 100),
  name text not null check (length(name) between 1 and 100),
  client_id text not null check (length(client_id) between 1 and 500),
  -- What the provider's definition leaves open: an issuer, a host.
  options jsonb not null,
  -- Set: only for the credential that this person connects with it.
  user_id uuid,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  constraint oauth_client_name_key unique (tenant_id, provider, name),
  foreign key (tenant_id, user_id) references member (tenant_id, user_id) on delete cascade
);

create table credential (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  name text not null check (length(name) between 1 and 100),
  -- Which kind of account: github, salesforce, or the name of a source.
  system text not null check (length(system) between 1 and 100),
  strategy text not null check (strategy in ('token', 'username_password', 'oauth2', 'custom')),
  scope text not null check (scope in ('private', 'shared')),
  user_id uuid not null,
  status text not null check (status in ('ok', 'expired', 'needs_reconnect', 'revoked')),
  -- Why the status is not ok; a code, never a provider's text.
  reason text,
  -- Grows with every change of its secrets.
  version integer not null default 1,
  -- Who it is at the provider, as the provider says: octocat, ada@example.com.
  account text check (length(account) <= 200),
  -- Of OAuth: where it came from, and what was granted.
  provider text,
  oauth_client_id uuid,
  options jsonb not null default '{}',
  granted_scopes text[],
  expires_at timestamptz,
  -- Who renews the grant or ends it, and until when nobody else may. Without an owner: nobody may before, because it failed.
  refresh_owner uuid,
  refresh_until timestamptz,
  -- The refresh token was sent and no answer was saved: it may be used up.
  refresh_in_doubt boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  last_used_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references member (tenant_id, user_id),
  foreign key (tenant_id, oauth_client_id) references oauth_client (tenant_id, id)
);
create index credential_user_id_idx on credential (tenant_id, user_id);

-- Which of several credentials a person has chosen for a tool; `agent` is empty outside an agent.
create table credential_choice (
  tenant_id uuid not null,
  user_id uuid not null,
  agent text not null default '',
  tool text not null check (length(tool) <= 200),
  credential_id uuid not null,
  chosen_at timestamptz not null,
  primary key (tenant_id, user_id, agent, tool),
  foreign key (tenant_id, user_id) references member (tenant_id, user_id) on delete cascade,
  foreign key (tenant_id, credential_id) references credential (tenant_id, id) on delete cascade
);
create index credential_choice_credential_idx on credential_choice (tenant_id, credential_id);

-- An OAuth connect under way. Single use; bound to a person, a session of theirs, a client and a return address.
create table oauth_flow (
  tenant_id uuid not null,
  -- SHA-256 of the state that the provider sends back, or of the device code.
  state_hash bytea not null check (length(state_hash) = 32),
  kind text not null check (kind in ('code', 'device')),
  user_id uuid not null,
  session_id uuid,
  interaction_id uuid,
  provider text not null,
  oauth_client_id uuid,
  options jsonb not null,
  -- Sealed by the vault: PKCE verifier, nonce, device code.
  sealed bytea not null,
  redirect_uri text not null,
  return_to text not null,
  name text not null,
  system text not null,
  scope text not null check (scope in ('private', 'shared')),
  scopes text[] not null,
  -- Set: the credential that is connected again.
  credential_id uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- Set before the code is exchanged: a code is never sent twice.
  taken_at timestamptz,
  primary key (tenant_id, state_hash),
  foreign key (tenant_id, user_id) references member (tenant_id, user_id) on delete cascade,
  foreign key (tenant_id, oauth_client_id) references oauth_client (tenant_id, id) on delete cascade
);
create index oauth_flow_expires_idx on oauth_flow (tenant_id, expires_at);

-- A grant whose credential is gone from here, until it is ended at its provider too. Its tokens stay in the vault under
-- this id, and the secret of a registration that is gone stays under the registration's, until then.
create table ended_grant (
  tenant_id uuid not null references tenant (id),
  -- Id of the credential.
  id uuid not null,
  system text not null,
  provider text,
  account text,
  user_id uuid not null,
  oauth_client_id uuid,
  -- Null: a client of the configuration, or one that is gone.
  client_id text,
  client_options jsonb not null,
  options jsonb not null,
  expires_at timestamptz,
  ended_at timestamptz not null,
  -- How often the provider was asked without an answer, and when nobody has to wait any longer to ask it.
  tries integer not null default 0,
  next_at timestamptz not null,
  primary key (tenant_id, id)
);
create index ended_grant_next_idx on ended_grant (next_at);

-- What became of a grant at its provider when it was ended here. Kept when the credential is gone.
create table revocation_receipt (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  credential_id uuid not null,
  system text not null,
  provider text,
  account text,
  user_id uuid not null,
  -- dead: the provider refuses the token now; alive: it still takes it; unknown: that could not be asked.
  outcome text not null check (outcome in ('dead', 'alive', 'unknown', 'nothing_to_revoke')),
  -- What a person must do by hand; from the provider's definition.
  instructions text,
  at timestamptz not null,
  primary key (tenant_id, id)
);

do $$
declare
  name text;
begin
  foreach name in array array[
    'oauth_client', 'credential', 'credential_choice', 'oauth_flow', 'ended_grant', 'revocation_receipt'
  ] loop
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('create policy app_own on %I to toolcrib_app using (tenant_id = current_tenant())', name);
    execute format('grant select, insert, update, delete on %I to toolcrib_app', name);
  end loop;
end
$$;
revoke update, delete on revocation_receipt from toolcrib_app;

-- Grants that a crash has left, or whose provider was away, are found for all tenants at once.
create policy operator_find on ended_grant for select to toolcrib_operator using (true);
grant select (tenant_id, id, next_at) on ended_grant to toolcrib_operator;

-- The epoch grows in the transaction of the change, so that no change can be forgotten.
create function next_credential_epoch() returns trigger
  language plpgsql as $$
begin
  update tenant set credential_epoch = credential_epoch + 1 where id = current_tenant();
  return null;
end
$$;
create trigger credential_epoch after insert or delete or update of
  name, system, strategy, scope, user_id, status, version, granted_scopes, expires_at
  on credential for each statement execute function next_credential_epoch();
create trigger credential_epoch after insert or delete or update
  on credential_choice for each statement execute function next_credential_epoch();
create trigger credential_epoch after insert or delete or update
  on variable for each statement execute function next_credential_epoch();
