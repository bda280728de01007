-- Sources, tools and toolsets that a tenant defines over the API, in the words of a tool file.

-- Grows with every change that matters to which tools a tenant has: what is remembered of an older one is not used.
alter table tenant add column catalogue_epoch bigint not null default 0;
grant update (catalogue_epoch) on tenant to toolcrib_app;

create function next_catalogue_epoch() returns trigger
  language plpgsql as $$
begin
  update tenant set catalogue_epoch = catalogue_epoch + 1 where id = current_tenant();
  return null;
end
$$;

create table definition (
  tenant_id uuid not null references tenant (id),
  -- For the record of changes.
  id uuid not null,
  entity text not null check (entity in ('source', 'tool', 'toolset')),
  name text not null check (length(name) between 1 and 128),
  -- The fields as a tool file has them, without the name and in their order. No secrets.
  body json not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  updated_by uuid not null,
  primary key (tenant_id, entity, name)
);

alter table definition enable row level security, force row level security;
create policy app_own on definition to toolcrib_app using (tenant_id = current_tenant());
grant select, insert, update, delete on definition to toolcrib_app;

create trigger catalogue_epoch after insert or delete or update
  on definition for each statement execute function next_catalogue_epoch();
