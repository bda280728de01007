// The rules of the schema, asked of the catalogue of a real database: what lets a tenant be walled in, and be moved.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Schema } from '../../server/src/store/schema.ts';
import type { Store } from '../../server/src/store/store.ts';
import { addTenant, storeForms } from '../support/stores.ts';
import type { StoreHome } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

/** What may break a rule, and why. */
const exceptions = [
  // The list of tenants: its id is the tenant_id, and slugs are names across tenants.
  'tenant: tenant_id does not lead the primary key',
  'tenant: tenant_slug_key does not hold tenant_id',
  // People are the same in every tenant.
  'app_user: tenant_id does not lead the primary key',
  'app_user: app_user_email_key does not hold tenant_id',
  'member: member_user_id_fkey does not hold tenant_id',
  // The operator's, which no tenant sees.
  'pack_system_setting: tenant_id does not lead the primary key',
  'system_key: tenant_id does not lead the primary key',
  // Of the operator's own files, for every tenant: no tenant's role reaches it.
  'system_mirror: tenant_id does not lead the primary key',
  // Our own book-keeping, which no role can reach.
  'migration: tenant_id does not lead the primary key',
];

const breaches = sql<{ breach: string }>`
  with tables as (
    select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, a.attnum as tenant_column
    from pg_class c
    left join pg_attribute a on a.attrelid = c.oid
      and a.attname = 'tenant_id'
    where c.relnamespace = 'toolcrib'::regnamespace and c.relkind in ('r', 'p')
  )
  select relname || ': row-level security is not enabled and forced' as breach
  from tables where not (relrowsecurity and relforcerowsecurity)
  union all
  select relname || ': there is no primary key'
  from tables where not exists (select from pg_index where indrelid = tables.oid and indisprimary)
  union all
  select relname || ': tenant_id does not lead the primary key'
  from tables join pg_index on indrelid = tables.oid and indisprimary
  where tenant_column is null or indkey[0] <> tenant_column
  union all
  select relname || ': ' || indexrelid::regclass::text || ' does not hold tenant_id'
  from tables join pg_index on indrelid = tables.oid and indisunique and not indisprimary
  where tenant_column is null or not tenant_column = any (indkey::smallint[])
  union all
  select relname || ': ' || conname || ' does not hold tenant_id'
  from tables join pg_constraint on conrelid = tables.oid and contype = 'f'
  where tenant_column is null or not tenant_column = any (conkey)
  union all
  select relname || ': is a sequence'
  from pg_class where relnamespace = 'toolcrib'::regnamespace and relkind = 'S'
  order by 1`;

/** The columns of schema.ts: the compiler holds this list and the types equal, the test this list and the database. */
const columns: { readonly [Table in keyof Schema]: Readonly<Record<keyof Schema[Table], true>> } = {
  tenant: {
    ...{ id: true, slug: true, name: true, created_at: true, suspended_at: true, credential_epoch: true },
    catalogue_epoch: true,
  },
  mirror: { tenant_id: true, id: true, source: true, identity: true, tools: true, refused: true, looked_at: true },
  system_mirror: {
    ...{ source: true, identity: true, tools: true, refused: true, looked_at: true, version: true },
    next_look_at: true,
  },
  definition: {
    ...{ tenant_id: true, id: true, entity: true, name: true, body: true, created_at: true, updated_at: true },
    updated_by: true,
  },
  stored_file: {
    ...{ tenant_id: true, id: true, user_id: true, name: true, media_type: true, size_bytes: true, sha256: true },
    ...{ tool: true, call_id: true, created_at: true, expires_at: true },
  },
  stored_file_chunk: { tenant_id: true, file_id: true, place: true, bytes: true },
  workspace: { tenant_id: true, id: true, slug: true, name: true, created_at: true },
  app_user: { id: true, email: true, name: true, created_at: true },
  member: { tenant_id: true, user_id: true, role: true, kind: true, created_at: true },
  api_key: {
    tenant_id: true,
    id: true,
    user_id: true,
    name: true,
    prefix: true,
    key_hash: true,
    scopes: true,
    created_at: true,
    expires_at: true,
    last_used_at: true,
    revoked_at: true,
    calls_per_minute: true,
    made_by: true,
    workspace_id: true,
  },
  password: { tenant_id: true, user_id: true, hash: true, changed_at: true },
  session: {
    tenant_id: true,
    id: true,
    user_id: true,
    token_hash: true,
    via: true,
    created_at: true,
    last_seen_at: true,
    expires_at: true,
    ended_at: true,
  },
  invitation: {
    tenant_id: true,
    id: true,
    email: true,
    name: true,
    role: true,
    token_hash: true,
    invited_by: true,
    created_at: true,
    expires_at: true,
    accepted_at: true,
    revoked_at: true,
  },
  sign_on: {
    tenant_id: true,
    id: true,
    name: true,
    issuer: true,
    client_id: true,
    domains: true,
    role: true,
    created_at: true,
  },
  sign_on_flow: {
    tenant_id: true,
    state_hash: true,
    sign_on_id: true,
    browser_hash: true,
    sealed: true,
    redirect_uri: true,
    return_to: true,
    expires_at: true,
  },
  sign_on_subject: { tenant_id: true, sign_on_id: true, subject: true, user_id: true },
  use_count: { tenant_id: true, subject: true, window_at: true, used: true },
  data_key: { tenant_id: true, id: true, master_key_id: true, wrapped: true, created_at: true },
  secret: { tenant_id: true, record_id: true, field: true, sealed: true },
  variable: { tenant_id: true, id: true, name: true, user_id: true, created_at: true, updated_at: true },
  oauth_client: {
    tenant_id: true,
    id: true,
    provider: true,
    name: true,
    client_id: true,
    options: true,
    user_id: true,
    created_at: true,
  },
  credential: {
    tenant_id: true,
    id: true,
    name: true,
    system: true,
    strategy: true,
    scope: true,
    user_id: true,
    status: true,
    reason: true,
    version: true,
    account: true,
    provider: true,
    oauth_client_id: true,
    options: true,
    granted_scopes: true,
    expires_at: true,
    refresh_owner: true,
    refresh_until: true,
    refresh_in_doubt: true,
    created_at: true,
    updated_at: true,
    last_used_at: true,
  },
  credential_choice: { tenant_id: true, user_id: true, agent: true, tool: true, credential_id: true, chosen_at: true },
  oauth_flow: {
    tenant_id: true,
    state_hash: true,
    kind: true,
    user_id: true,
    session_id: true,
    interaction_id: true,
    provider: true,
    oauth_client_id: true,
    options: true,
    sealed: true,
    redirect_uri: true,
    return_to: true,
    name: true,
    system: true,
    scope: true,
    scopes: true,
    credential_id: true,
    created_at: true,
    expires_at: true,
    taken_at: true,
  },
  ended_grant: {
    tenant_id: true,
    id: true,
    system: true,
    provider: true,
    account: true,
    user_id: true,
    oauth_client_id: true,
    client_id: true,
    client_options: true,
    options: true,
    expires_at: true,
    ended_at: true,
    tries: true,
    next_at: true,
  },
  revocation_receipt: {
    tenant_id: true,
    id: true,
    credential_id: true,
    system: true,
    provider: true,
    account: true,
    user_id: true,
    outcome: true,
    instructions: true,
    at: true,
  },
  interaction: {
    tenant_id: true,
    id: true,
    kind: true,
    user_id: true,
    status: true,
    subject_hash: true,
    tool: true,
    tool_version: true,
    arguments_digest: true,
    credential_id: true,
    details: true,
    sealed: true,
    call_id: true,
    created_at: true,
    expires_at: true,
    resolved_at: true,
    resolved_by: true,
    used_at: true,
    used_by_call: true,
    usable_until: true,
    waits_for: true,
  },
  webhook_secret: { tenant_id: true, id: true, created_at: true, rotated_at: true },
  webhook_delivery: {
    ...{ tenant_id: true, id: true, interaction_id: true, kind: true, user_id: true, tool: true, call_id: true },
    ...{ host: true, url_digest: true, sealed: true, state: true, status: true, ended_at: true, attempts: true },
    ...{ first_attempt_at: true, problem: true, next_at: true, created_at: true, settled_at: true },
  },
  handoff: {
    ...{ tenant_id: true, id: true, interaction_id: true, user_id: true, tool: true, client: true, slug: true },
    ...{ start_url: true, token_ms: true, restart_ms: true, output_schema: true, sealed_input: true, state: true },
    ...{ reason: true, direct: true, token_hash: true, token_expires_at: true, token_used_at: true },
    ...{ sealed_result: true, created_at: true, first_started_at: true, started_at: true, deadline_at: true },
    ended_at: true,
  },
  handoff_log: {
    ...{ tenant_id: true, handoff_id: true, seq: true, at: true, from_state: true, to_state: true, refused: true },
  },
  handoff_delivery: {
    ...{ tenant_id: true, id: true, client: true, token_hash: true, sealed_token: true, result_url: true },
    ...{ status: true, handoff_id: true, tries: true, leased: true, next_at: true, created_at: true },
  },
  pack_setting: {
    ...{ tenant_id: true, id: true, code: true, workspace_id: true, enabled: true, connection_type: true },
    ...{ remote_cluster_url: true, remote_connection_id: true, field_values: true, updated_at: true },
  },
  pack_system_setting: { code: true, field: true, value: true, sealed: true, updated_at: true },
  system_key: { only_one: true, id: true, master_key_id: true, wrapped: true, created_at: true },
  approval_policy: { tenant_id: true, id: true, tool: true, danger: true, action: true, created_at: true },
  audit_call: {
    tenant_id: true,
    id: true,
    started_at: true,
    duration_ms: true,
    surface: true,
    user_id: true,
    via: true,
    via_id: true,
    tool: true,
    tool_version: true,
    arguments_digest: true,
    credential_id: true,
    rule: true,
    interaction_id: true,
    outcome: true,
    error_code: true,
    result_rows: true,
    truncated: true,
    seq: true,
    hash: true,
  },
  audit_change: {
    tenant_id: true,
    id: true,
    at: true,
    user_id: true,
    via: true,
    via_id: true,
    action: true,
    target_id: true,
    seq: true,
    hash: true,
    digest: true,
  },
  audit_head: { tenant_id: true, seq: true, hash: true },
};

describe.each(storeForms)('%s', (_form, makeHome) => {
  let home: StoreHome;
  let store: Store;
  let tenant_id: string;

  beforeAll(async () => {
    home = await makeHome();
    store = await home.open();
    ({ tenant_id } = await addTenant(store, 'any'));
  });
  afterAll(async () => {
    await store.close();
    await home.remove();
  });

  test('every table keeps the rules', async () => {
    verifies('TEN-02');
    const { rows } = await store.inTenant(tenant_id, (db) => breaches.execute(db));
    expect(rows.map(({ breach }) => breach.replace('toolcrib.', ''))).toEqual(exceptions.toSorted());
  });

  test('the tables are those of schema.ts, with its columns', async () => {
    const { rows } = await store.inTenant(tenant_id, (db) =>
      sql<{ table: string; columns: readonly string[] }>`
        select relname as table, array_agg(attname::text order by attname) as columns
        from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
        where relnamespace = 'toolcrib'::regnamespace and relkind in ('r', 'p') and not relispartition
          and relname <> 'migration'
        group by relname`.execute(db),
    );
    const found = Object.fromEntries(rows.map((row) => [row.table, row.columns]));
    expect(found).toEqual(
      Object.fromEntries(Object.entries(columns).map(([table, names]) => [table, Object.keys(names).toSorted()])),
    );
  });

  test('the roles of the application cannot log in, bypass row-level security or make anything', async () => {
    verifies('TEN-02');
    const { rows } = await store.inTenant(tenant_id, (db) =>
      sql`
        select from pg_roles
        where rolname like 'toolcrib\\_%' and (rolsuper or rolbypassrls or rolcanlogin or rolcreaterole or rolcreatedb
          or has_schema_privilege(oid, 'toolcrib', 'create'))`.execute(db),
    );
    expect(rows).toEqual([]);
  });

  test('the months of the audit are there ahead of time', async () => {
    const { rows } = await store.inTenant(tenant_id, (db) =>
      sql<{ name: string }>`
        select relname as name from pg_inherits join pg_class on oid = inhrelid
        where inhparent = 'toolcrib.audit_call'::regclass order by 1`.execute(db),
    );
    expect(rows).toHaveLength(4);
    const month = new Date().toISOString().slice(0, 7).replace('-', '_');
    expect(rows.map(({ name }) => name)).toContain(`audit_call_${month}`);
    expect(rows.map(({ name }) => name)).toContain('audit_call_default');
  });
});
