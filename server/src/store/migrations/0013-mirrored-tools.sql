-- Tools of other MCP servers: what was accepted of each, and what was last seen. One row per source, so that a look at a server
-- and an approval are each one change.

create table mirror (
  tenant_id uuid not null references tenant (id),
  -- For the audit.
  id uuid not null,
  -- Name of the source.
  source text not null check (length(source) between 1 and 128),
  -- Which server it was; another one begins anew.
  identity text not null,
  -- [{name, state, hash, definition, seen_hash, seen_definition}], in the order of the server.
  tools jsonb not null,
  -- [{name, problem}]: what cannot be a tool.
  refused jsonb not null,
  looked_at timestamptz not null,
  primary key (tenant_id, source)
);

alter table mirror enable row level security, force row level security;
create policy app_own on mirror to toolcrib_app using (tenant_id = current_tenant());
grant select, insert, update, delete on mirror to toolcrib_app;

create trigger catalogue_epoch after insert or delete or update of identity, tools
  on mirror for each statement execute function next_catalogue_epoch();

-- The same of the servers in the operator's own files, which every tenant sees: only the operator's role reaches it.
create table system_mirror (
  source text not null primary key check (length(source) between 1 and 128),
  identity text not null,
  tools jsonb not null,
  refused jsonb not null,
  looked_at timestamptz not null,
  -- Grows with every change of what was accepted.
  version bigint not null,
  -- Until then no other process has to look.
  next_look_at timestamptz not null
);

alter table system_mirror enable row level security, force row level security;
create policy operator_all on system_mirror to toolcrib_operator using (true) with check (true);
grant select, insert, update, delete on system_mirror to toolcrib_operator;

-- What was accepted of a server goes with the definition that named it.
create function forget_mirror() returns trigger
  language plpgsql as $$
begin
  delete from mirror where tenant_id = old.tenant_id and source = old.name;
  return null;
end
$$;
create trigger forget_mirror after delete on definition
  for each row when (old.entity = 'source') execute function forget_mirror();
