-- Files that people upload and tools save. Their bytes lie beside them in chunks, so that every process can serve them.
create table stored_file (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  -- Whose it is: it goes with the member.
  user_id uuid not null,
  -- A label: never a path, and not unique.
  name text not null check (length(name) between 1 and 255),
  media_type text not null check (length(media_type) between 1 and 100),
  size_bytes integer not null check (size_bytes >= 0),
  sha256 bytea not null check (length(sha256) = 32),
  -- Which tool has saved it, in which call; null: uploaded.
  tool text check (length(tool) <= 200),
  call_id uuid,
  created_at timestamptz not null,
  -- Null: kept until it is deleted.
  expires_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references member (tenant_id, user_id) on delete cascade
);
create index stored_file_user_idx on stored_file (tenant_id, user_id, id);
create index stored_file_expires_idx on stored_file (expires_at) where expires_at is not null;

create table stored_file_chunk (
  tenant_id uuid not null,
  file_id uuid not null,
  place integer not null check (place >= 0),
  bytes bytea not null,
  primary key (tenant_id, file_id, place),
  foreign key (tenant_id, file_id) references stored_file (tenant_id, id) on delete cascade
);
-- What people store is mostly packed already.
alter table stored_file_chunk alter column bytes set storage external;

do $$
declare
  name text;
begin
  foreach name in array array['stored_file', 'stored_file_chunk'] loop
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('create policy app_own on %I to toolcrib_app using (tenant_id = current_tenant())', name);
    execute format('grant select, insert, delete on %I to toolcrib_app', name);
  end loop;
end
$$;

-- Files whose time is over are found for all tenants at once.
create policy operator_find on stored_file for select to toolcrib_operator using (true);
grant select (tenant_id, id, expires_at) on stored_file to toolcrib_operator;
