-- The audit says how a request proved itself, whose credential a call used and why.
alter table audit_call rename column key_id to via_id;
alter table audit_call add column via text not null default 'api_key' check (via in ('api_key', 'session'));
alter table audit_call alter column via drop default;
alter table audit_call add column credential_id uuid;
alter table audit_call add column rule text;
alter table audit_call add column interaction_id uuid;
alter table audit_call drop constraint audit_call_outcome_check;
alter table audit_call add constraint audit_call_outcome_check check (outcome in ('ok', 'error', 'interaction'));

alter table audit_change rename column key_id to via_id;
alter table audit_change add column via text not null default 'operator' check (via in ('api_key', 'session', 'operator', 'sign_in', 'server'));
alter table audit_change alter column via drop default;

-- The chain (docs/audit.md): calls and changes of a tenant stand in one order without gaps, and each record's hash holds
-- that of the record before it: hash = SHA-256(hash before || seq as eight bytes || SHA-256 of the record's text).
-- seq 0: written before there was a chain, or by a transaction that has not ended.
alter table audit_call add column seq bigint not null default 0;
alter table audit_call add column hash bytea not null default '';
create index audit_call_seq_idx on audit_call (tenant_id, seq);
alter table audit_change add column seq bigint not null default 0;
alter table audit_change add column hash bytea not null default '';
alter table audit_change add column digest bytea not null default '';
alter table audit_change alter column digest drop default;
create index audit_change_seq_idx on audit_change (tenant_id, seq);

-- The last record of each tenant. Whoever appends locks it until the commit: that gives the order.
create table audit_head (
  tenant_id uuid not null primary key,
  seq bigint not null,
  hash bytea not null check (length(hash) = 32)
) with (fillfactor = 50);
alter table tenant no force row level security;
insert into audit_head select id, 0, decode(repeat('00', 32), 'hex') from tenant;
alter table tenant force row level security;
alter table audit_head enable row level security, force row level security;
create policy app_read on audit_head for select to toolcrib_app using (tenant_id = current_tenant());
grant select on audit_head to toolcrib_app;

-- Everything below runs as a role that nobody takes on. The ledger may call one function and touch no table; the
-- application and the operator give a change without its place in the chain.
create policy chain_all on audit_head to toolcrib_chain using (true) with check (true);
create policy chain_read on audit_call for select to toolcrib_chain using (true);
create policy chain_append on audit_call for insert to toolcrib_chain with check (true);
create policy chain_link on audit_change to toolcrib_chain using (true) with check (true);
grant select, insert, update on audit_head to toolcrib_chain;
grant select (tenant_id, id), insert on audit_call to toolcrib_chain;
grant select (tenant_id, id), update (seq, hash) on audit_change to toolcrib_chain;
revoke insert on audit_call from toolcrib_ledger;
drop policy ledger_append on audit_call;
revoke insert on audit_change from toolcrib_app, toolcrib_operator;
grant insert (tenant_id, id, at, user_id, via, via_id, action, target_id, digest) on audit_change
  to toolcrib_app, toolcrib_operator;

create function begin_chain() returns trigger
  language plpgsql security definer set search_path = toolcrib, pg_temp as $$
begin
  insert into audit_head values (new.id, 0, decode(repeat('00', 32), 'hex'));
  return null;
end
$$;
create trigger begin_chain after insert on tenant for each row execute function begin_chain();

-- A change gets its place when its transaction commits, so that the head is locked for that moment only, after every
-- other lock: two changes of a tenant cannot wait for each other.
create function link_change() returns trigger
  language plpgsql security definer set search_path = toolcrib, pg_temp as $$
declare
  head audit_head;
begin
  select * into strict head from audit_head where tenant_id = new.tenant_id for update;
  head.seq := head.seq + 1;
  head.hash := sha256(head.hash || int8send(head.seq) || new.digest);
  update audit_change set seq = head.seq, hash = head.hash where tenant_id = new.tenant_id and id = new.id;
  update audit_head set seq = head.seq, hash = head.hash where tenant_id = new.tenant_id;
  return null;
end
$$;
create constraint trigger link_change after insert on audit_change
  deferrable initially deferred for each row execute function link_change();

-- Appends a batch. `records`: an array of objects; the text of each is what its digest is made of. `tenants`: whose they
-- are, once each and in order; `places`: for each record, where its tenant stands there. `again`: some may be there
-- already, which are left out; without it they are a unique violation.
create function append_calls(records json, tenants uuid[], places integer[], again boolean) returns void
  language plpgsql volatile security definer set search_path = toolcrib, pg_temp as $$
declare
  head_seqs bigint[];
  head_hashes bytea[];
  seqs bigint[] := '{}';
  hashes bytea[] := '{}';
  form text;
  place integer;
  i integer := 0;
begin
  -- In one order for everybody, so that two batches cannot wait for each other. A statement of its own: the next ones
  -- then see what was committed while this one waited.
  select array_agg(head.seq), array_agg(head.hash) into head_seqs, head_hashes
  from (select * from audit_head where tenant_id = any (tenants) order by tenant_id for update) as head;
  if cardinality(head_seqs) is distinct from cardinality(tenants) then
    raise exception 'a record is of no known tenant' using errcode = 'foreign_key_violation';
  end if;
  for form in select * from json_array_elements_text(records) loop
    i := i + 1;
    place := places[i];
    if again then
      perform from audit_call where tenant_id = tenants[place] and id = (form::json ->> 'id')::uuid;
      if found then
        seqs[i] := null;
        hashes[i] := null;
        continue;
      end if;
    end if;
    head_seqs[place] := head_seqs[place] + 1;
    head_hashes[place] :=
      sha256(head_hashes[place] || int8send(head_seqs[place]) || sha256(convert_to(form, 'UTF8')));
    seqs[i] := head_seqs[place];
    hashes[i] := head_hashes[place];
  end loop;
  insert into audit_call (
    tenant_id, id, started_at, duration_ms, surface, user_id, via, via_id, tool, tool_version, arguments_digest,
    credential_id, rule, interaction_id, outcome, error_code, result_rows, truncated, seq, hash
  )
  select *
  from rows from (
    json_to_recordset(records) as (
      tenant_id uuid, id uuid, started_at timestamptz, duration_ms double precision, surface text, user_id uuid,
      via text, via_id uuid, tool text, tool_version text, arguments_digest text, credential_id uuid, rule text,
      interaction_id uuid, outcome text, error_code text, result_rows integer, truncated boolean
    ),
    unnest(seqs, hashes)
  ) as linked (
    tenant_id, id, started_at, duration_ms, surface, user_id, via, via_id, tool, tool_version, arguments_digest,
    credential_id, rule, interaction_id, outcome, error_code, result_rows, truncated, seq, hash
  )
  where linked.seq is not null;
  update audit_head as head set seq = given.seq, hash = given.hash
  from unnest(tenants, head_seqs, head_hashes) as given (tenant_id, seq, hash)
  where head.tenant_id = given.tenant_id;
end
$$;

revoke execute on function begin_chain(), link_change(), append_calls(json, uuid[], integer[], boolean) from public;
grant execute on function append_calls(json, uuid[], integer[], boolean) to toolcrib_ledger;
grant create on schema toolcrib to toolcrib_chain;
alter function begin_chain() owner to toolcrib_chain;
alter function link_change() owner to toolcrib_chain;
alter function append_calls(json, uuid[], integer[], boolean) owner to toolcrib_chain;
revoke create on schema toolcrib from toolcrib_chain;
