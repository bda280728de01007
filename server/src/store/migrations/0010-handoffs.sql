-- Work that a person does in another application, for a call that waits (docs/hand-offs.md). One row per attempt.

create table handoff (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  -- What the call waits for; a new attempt of the same call has the same one.
  interaction_id uuid not null,
  -- The person who does the work.
  user_id uuid not null,
  tool text not null check (length(tool) <= 200),
  -- The contract under which it began: what the tool file says later does not change it.
  client text not null check (length(client) <= 200),
  slug text not null check (length(slug) <= 200),
  start_url text not null,
  token_ms integer not null,
  restart_ms double precision not null,
  output_schema jsonb not null,
  -- Sealed by the vault: the arguments of the call.
  sealed_input bytea not null,
  state text not null check (state in (
    'initial', 'started', 'tool-validated', 'authenticated', 'authorized', 'start-tk-sent', 'start-tk-sent-ok',
    'start-tk-sent-err', 'start-tk-received', 'start-tk-ok', 'start-tk-err', 'start-data-sent', 'start-data-sent-ok',
    'start-data-sent-err', 'tool-timeout-err', 'result-tk-received', 'result-tk-sent', 'result-received-ok',
    'result-received-err', 'result-saved', 'finished-ok', 'finished-err', 'err'
  )),
  -- Why it ended without a result.
  reason text check (reason in ('time', 'cancelled', 'replaced', 'token', 'transport')),
  -- Begun by the person and not by a call of a program.
  direct boolean not null default false,
  -- SHA-256 of the token that the browser takes to the client.
  token_hash bytea check (length(token_hash) = 32),
  token_expires_at timestamptz,
  token_used_at timestamptz,
  -- Sealed by the vault: the answer of the client word for word.
  sealed_result bytea,
  created_at timestamptz not null,
  -- Of the first attempt of the same call.
  first_started_at timestamptz,
  started_at timestamptz,
  deadline_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references member (tenant_id, user_id) on delete cascade
);
-- One open attempt per person and tool.
create unique index handoff_open_idx on handoff (tenant_id, user_id, tool)
  where ended_at is null and started_at is not null;
create unique index handoff_token_idx on handoff (tenant_id, token_hash) where token_hash is not null;
create index handoff_interaction_idx on handoff (tenant_id, interaction_id);
create index handoff_client_idx on handoff (tenant_id, client) where started_at is not null;
create index handoff_due_idx on handoff (deadline_at) where ended_at is null;
create index handoff_ended_idx on handoff (ended_at) where ended_at is not null;

-- Every transition, and every one that was refused.
create table handoff_log (
  tenant_id uuid not null references tenant (id),
  handoff_id uuid not null,
  seq integer not null,
  at timestamptz not null,
  from_state text not null,
  to_state text not null,
  -- Set: it was refused, and why, in words of ours.
  refused text check (length(refused) <= 200),
  primary key (tenant_id, handoff_id, seq),
  foreign key (tenant_id, handoff_id) references handoff (tenant_id, id) on delete cascade
);

-- Results that clients have announced: each token is taken once, and fetched until it is there.
create table handoff_delivery (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  client text not null check (length(client) <= 200),
  -- SHA-256 of the client's token.
  token_hash bytea not null check (length(token_hash) = 32),
  -- The token, sealed by the vault, while the result must still be fetched.
  sealed_token bytea,
  result_url text,
  status text not null check (status in ('waiting', 'accepted', 'refused')),
  handoff_id uuid,
  tries integer not null default 0,
  -- A process is fetching it until next_at; without, that is when it is tried again.
  leased boolean not null default false,
  next_at timestamptz not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, handoff_id) references handoff (tenant_id, id) on delete cascade
);
create unique index handoff_delivery_token_idx on handoff_delivery (tenant_id, client, token_hash);
create index handoff_delivery_due_idx on handoff_delivery (next_at) where status = 'waiting';
create index handoff_delivery_created_idx on handoff_delivery (created_at);

do $$
declare
  name text;
begin
  foreach name in array array['handoff', 'handoff_log', 'handoff_delivery'] loop
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('create policy app_own on %I to toolcrib_app using (tenant_id = current_tenant())', name);
    execute format('grant select, insert, update, delete on %I to toolcrib_app', name);
  end loop;
end
$$;
revoke update, delete on handoff_log from toolcrib_app;

-- What is due is found for all tenants at once.
create policy operator_find on handoff for select to toolcrib_operator using (true);
grant select (tenant_id, id, deadline_at, ended_at) on handoff to toolcrib_operator;
create policy operator_find on handoff_delivery for select to toolcrib_operator using (true);
grant select (tenant_id, id, status, next_at, created_at) on handoff_delivery to toolcrib_operator;
