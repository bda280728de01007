-- Answers of people to what a tool asks, and the messages that tell programs that an interaction has ended.

-- What a call was given (a yes, an answer) before it paused again is kept for its repetition: until then, and a yes only for
-- after the person has done what the call paused for.
alter table interaction add column usable_until timestamptz, add column waits_for uuid;
create index interaction_used_by_call_idx on interaction (tenant_id, used_by_call) where used_by_call is not null;

-- The key that webhooks of the tenant are signed with; it is in the vault under this id. One per tenant.
create table webhook_secret (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  created_at timestamptz not null,
  -- When the present key took the place of the one before, which is used beside it for a while.
  rotated_at timestamptz,
  primary key (tenant_id, id),
  constraint webhook_secret_tenant_key unique (tenant_id)
);

-- One message to one address about the end of one interaction.
create table webhook_delivery (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  interaction_id uuid not null,
  kind text not null check (kind in ('connect', 'choose', 'approve', 'input', 'handoff')),
  user_id uuid not null,
  tool text not null check (length(tool) <= 200),
  -- The call that has asked for the message.
  call_id uuid not null,
  -- Of the address: what may be shown. The whole of it may hold a secret and is sealed.
  host text not null,
  url_digest text not null,
  sealed bytea,
  -- waiting: the interaction has not ended; due: to be sent, perhaps again.
  state text not null check (state in ('waiting', 'due', 'delivered', 'failed')),
  -- What the interaction came to, and when.
  status text check (status in ('done', 'denied', 'expired', 'cancelled')),
  ended_at timestamptz,
  attempts integer not null default 0,
  first_attempt_at timestamptz,
  -- Why the last attempt did not succeed: a word of ours, or the status that was answered.
  problem text,
  -- When somebody must look at it next: the end of the interaction's time, the next attempt, the end of a lease.
  next_at timestamptz,
  created_at timestamptz not null,
  settled_at timestamptz,
  primary key (tenant_id, id),
  constraint webhook_delivery_once_key unique (tenant_id, interaction_id, url_digest),
  foreign key (tenant_id, user_id) references member (tenant_id, user_id) on delete cascade
);
create index webhook_delivery_next_idx on webhook_delivery (next_at) where next_at is not null;
create index webhook_delivery_user_id_idx on webhook_delivery (tenant_id, user_id);
create index webhook_delivery_settled_idx on webhook_delivery (tenant_id, settled_at) where settled_at is not null;

do $$
declare
  name text;
begin
  foreach name in array array['webhook_secret', 'webhook_delivery'] loop
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('create policy app_own on %I to toolcrib_app using (tenant_id = current_tenant())', name);
    execute format('grant select, insert, update, delete on %I to toolcrib_app', name);
  end loop;
end
$$;

-- What is due is found for all tenants at once.
create policy operator_find on webhook_delivery for select to toolcrib_operator using (true);
grant select (tenant_id, id, next_at) on webhook_delivery to toolcrib_operator;

-- In whichever way an interaction ends: in the same transaction its messages become due.
create function end_webhook_waits() returns trigger
  language plpgsql as $$
begin
  update webhook_delivery set
      state = 'due', status = new.status, ended_at = coalesce(new.resolved_at, new.expires_at),
      next_at = least(next_at, coalesce(new.resolved_at, new.expires_at))
    where tenant_id = new.tenant_id and interaction_id = new.id and state = 'waiting';
  return null;
end
$$;
create trigger end_webhook_waits after update of status
  on interaction for each row when (old.status = 'pending' and new.status <> 'pending')
  execute function end_webhook_waits();
