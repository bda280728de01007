-- The roles under which the application works, made where they are missing and given to the connecting user.
-- Runs before the numbered migrations every time, since roles do not travel with a dump of the database.
-- Several databases of one server may do this at once: who comes second finds the work done.
do $$
declare
  role_name text;
  -- From PostgreSQL 16 on, whoever makes a role is its member without the right to take it on.
  membership text := case when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER' end;
begin
  foreach role_name in array array['toolcrib_app', 'toolcrib_operator', 'toolcrib_ledger', 'toolcrib_directory', 'toolcrib_chain'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      begin
        execute format('create role %I nologin noinherit', role_name);
      exception when duplicate_object or unique_violation then
        null;
      end;
    end if;
    if exists (select from pg_roles where rolname = role_name and (rolsuper or rolbypassrls)) then
      raise exception 'the role % can bypass row-level security', role_name using hint = 'Take superuser and bypassrls from it.';
    end if;
    if not pg_has_role(current_user, role_name, membership) then
      begin
        execute format('grant %I to current_user', role_name);
      exception when unique_violation or internal_error then
        if not pg_has_role(current_user, role_name, membership) then raise; end if;
      end;
    end if;
    if not has_schema_privilege(role_name, 'toolcrib', 'usage') then
      execute format('grant usage on schema toolcrib to %I', role_name);
    end if;
  end loop;
end
$$;
