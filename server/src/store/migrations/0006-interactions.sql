-- What a person must do in a browser before a call goes on, and the policies that say when a person must say yes.

create table interaction (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  kind text not null check (kind in ('connect', 'choose', 'approve', 'input', 'handoff')),
  -- The person it was made for.
  user_id uuid not null,
  status text not null check (status in ('pending', 'done', 'denied', 'expired', 'cancelled')),
  -- SHA-256 of everything that it is bound to: the same call again finds the same interaction.
  subject_hash bytea not null check (length(subject_hash) = 32),
  tool text not null check (length(tool) <= 200),
  tool_version text not null,
  arguments_digest text not null,
  credential_id uuid,
  -- What the page shows and what may be answered. No secrets.
  details jsonb not null,
  -- Sealed by the vault: the arguments that an approval shows.
  sealed bytea,
  -- The call that was paused first.
  call_id uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  resolved_at timestamptz,
  resolved_by uuid,
  -- Of an approval: when a call used it up.
  used_at timestamptz,
  used_by_call uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references member (tenant_id, user_id) on delete cascade
);
create unique index interaction_pending_idx on interaction (tenant_id, subject_hash) where status = 'pending';
create index interaction_user_id_idx on interaction (tenant_id, user_id, status);
create index interaction_expires_at_idx on interaction (tenant_id, expires_at);
create index interaction_subject_idx on interaction (tenant_id, subject_hash, id);

-- The most exact one counts: of the tool, else of the danger level, else the server's setting.
create table approval_policy (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  tool text check (length(tool) <= 200),
  danger text check (danger in ('low', 'medium', 'high', 'critical')),
  -- allow: runs at once; ask: the caller says yes; four_eyes: another person does; refuse: never runs.
  action text not null check (action in ('allow', 'ask', 'four_eyes', 'refuse')),
  created_at timestamptz not null,
  primary key (tenant_id, id),
  constraint approval_policy_subject_key unique nulls not distinct (tenant_id, tool, danger),
  check ((tool is null) <> (danger is null))
);

do $$
declare
  name text;
begin
  foreach name in array array['interaction', 'approval_policy'] loop
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('create policy app_own on %I to toolcrib_app using (tenant_id = current_tenant())', name);
    execute format('grant select, insert, update, delete on %I to toolcrib_app', name);
  end loop;
end
$$;

create trigger credential_epoch after insert or delete or update
  on approval_policy for each statement execute function next_credential_epoch();

-- Whichever way an account is connected, or one is chosen: what waits for it goes on.
create function end_connects() returns trigger
  language plpgsql as $$
begin
  update interaction set status = 'done', resolved_at = new.updated_at, resolved_by = new.user_id
    where tenant_id = new.tenant_id and kind = 'connect' and status = 'pending'
      and (new.scope = 'shared' or user_id = new.user_id)
      and details -> 'systems' @> jsonb_build_array(jsonb_build_object('system', new.system));
  return null;
end
$$;
create trigger end_connects_of_new after insert
  on credential for each row when (new.status = 'ok') execute function end_connects();
create trigger end_connects after update of status, scope, granted_scopes
  on credential for each row
  when (new.status = 'ok' and (old.status, old.scope, old.granted_scopes) is distinct from (new.status, new.scope, new.granted_scopes))
  execute function end_connects();

create function end_choices() returns trigger
  language plpgsql as $$
begin
  update interaction set status = 'done', resolved_at = new.chosen_at, resolved_by = new.user_id
    where tenant_id = new.tenant_id and kind = 'choose' and status = 'pending'
      and user_id = new.user_id and tool = new.tool;
  return null;
end
$$;
create trigger end_choices after insert or update
  on credential_choice for each row execute function end_choices();
