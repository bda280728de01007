// Row-level security as a second wall: the same as the application, with every tenant condition left out.
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { recordChange } from '../../server/src/ledger/changes.ts';
import { insertCalls } from '../../server/src/ledger/insert-calls.ts';
import type { Database } from '../../server/src/store/scope.ts';
import type { Store } from '../../server/src/store/store.ts';
import { callOf } from '../support/audit-chain.ts';
import { addTenant, storeForms } from '../support/stores.ts';
import type { StoreHome, TestTenant } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

/** Tables that hold tenants' rows, and the column that says whose. */
const tables = [
  ['tenant', 'id'],
  ['workspace', 'tenant_id'],
  ['member', 'tenant_id'],
  ['api_key', 'tenant_id'],
  ['audit_call', 'tenant_id'],
  ['audit_change', 'tenant_id'],
  ['audit_head', 'tenant_id'],
] as const;

const denied = expect.objectContaining({ code: '42501' }) as unknown;

describe.each(storeForms)('%s', (_form, makeHome) => {
  let home: StoreHome;
  let store: Store;
  let ours: TestTenant;
  let theirs: TestTenant;

  beforeAll(async () => {
    home = await makeHome();
    store = await home.open();
    ours = await addTenant(store, 'ours');
    theirs = await addTenant(store, 'theirs');
    for (const tenant of [ours, theirs]) await fill(store, tenant);
  });
  afterAll(async () => {
    await store.close();
    await home.remove();
  });

  const asOurs = <T>(statement: RawBuilder<T>) => store.inTenant(ours.tenant_id, (db) => statement.execute(db));
  const countOf = async (tenant: TestTenant, table: string): Promise<number> => {
    const counted = sql<{ count: number }>`select count(*)::integer as count from ${sql.table(table)}`;
    const { rows } = await store.inTenant(tenant.tenant_id, (db) => counted.execute(db));
    return rows[0]?.count ?? 0;
  };

  test.each(tables)('%s: only rows of the own tenant are seen', async (table, column) => {
    verifies('TEN-02');
    const { rows } = await asOurs(sql<{ owner: string }>`select ${sql.ref(column)} as owner from ${sql.table(table)}`);
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ owner }) => owner))).toEqual(new Set([ours.tenant_id]));
  });

  test.each(tables)('%s: rows of another tenant are not reached by naming them', async (table, column) => {
    verifies('TEN-02');
    const of = sql`from ${sql.table(table)} where ${sql.ref(column)} = ${theirs.tenant_id}`;
    expect((await asOurs(sql`select 1 ${of}`)).rows).toEqual([]);
  });

  test('changes without a condition touch the own tenant only', async () => {
    verifies('TEN-02');
    await asOurs(sql`update tenant set name = 'changed'`);
    await asOurs(sql`update workspace set slug = 'changed'`);
    await asOurs(sql`update member set role = 'member'`);
    await asOurs(sql`update api_key set name = 'changed', revoked_at = now()`);
    const unchanged = await store.inTenant(theirs.tenant_id, (db) =>
      db
        .selectFrom('tenant')
        .innerJoin('workspace', 'workspace.tenant_id', 'tenant.id')
        .innerJoin('member', 'member.tenant_id', 'tenant.id')
        .innerJoin('api_key', 'api_key.tenant_id', 'tenant.id')
        .select(['tenant.name', 'workspace.slug', 'member.role', 'api_key.revoked_at'])
        .execute(),
    );
    expect(unchanged).toEqual([{ name: 'theirs', slug: 'main', role: 'owner', revoked_at: null }]);
  });

  test('deletes without a condition touch the own tenant only', async () => {
    verifies('TEN-02');
    for (const table of ['api_key', 'workspace', 'member']) {
      await asOurs(sql`delete from ${sql.table(table)}`);
      expect(await countOf(ours, table)).toBe(0);
      expect(await countOf(theirs, table)).toBe(1);
    }
    await store.inTenant(ours.tenant_id, (db) => addRows(db, ours));
  });

  test.each([
    ['workspace', sql`insert into workspace (tenant_id, id, slug)`, () => sql`${randomIds.uuid()}, 'x'`],
    ['member', sql`insert into member (tenant_id, user_id, role)`, () => sql`${ours.user_id}, 'owner'`],
    [
      'api_key',
      sql`insert into api_key (tenant_id, id, user_id, name, prefix, key_hash, scopes)`,
      () => sql`${randomIds.uuid()}, ${theirs.user_id}, 'x', 'x', ${randomBytes(32)}, '{}'`,
    ],
    [
      'audit_change',
      sql`insert into audit_change (tenant_id, id, at, via, action, target_id, digest)`,
      () => sql`${randomIds.uuid()}, now(), 'operator', 'x', ${randomIds.uuid()}, ''`,
    ],
  ])('%s: no row is added to another tenant, and none is moved to it', async (table, insert, values) => {
    verifies('TEN-02');
    await expect(asOurs(sql`${insert} select ${theirs.tenant_id}, ${values()}`)).rejects.toEqual(denied);
    await expect(asOurs(sql`update ${sql.table(table)} set tenant_id = ${theirs.tenant_id}`)).rejects.toEqual(denied);
  });

  test.each([
    'delete from tenant',
    "insert into tenant (id, slug, name) values (gen_random_uuid(), 'new', 'new')",
    "update tenant set slug = 'other'",
    "update app_user set name = 'other'",
    "insert into app_user (id, email, name) values (gen_random_uuid(), 'new@x.example', '')",
    'delete from app_user',
    'delete from audit_call',
    "update audit_call set outcome = 'ok'",
    'insert into audit_call select * from audit_call',
    'delete from audit_change',
    "update audit_change set action = ''",
    'update audit_change set seq = 1',
    `insert into audit_change (tenant_id, id, at, via, action, target_id, digest, seq)
      select current_tenant(), gen_random_uuid(), now(), 'operator', 'x', gen_random_uuid(), '', 1`,
    `insert into audit_change (tenant_id, id, at, via, action, target_id, digest, hash)
      select current_tenant(), gen_random_uuid(), now(), 'operator', 'x', gen_random_uuid(), '', ''`,
    'update audit_head set seq = 0',
    'delete from audit_head',
    'insert into audit_head select * from audit_head',
    'select * from audit_head for update',
    "select append_calls('[]', '{}', '{}', false)",
    'alter table audit_change disable trigger link_change',
    'alter function append_calls(json, uuid[], integer[], boolean) owner to current_user',
    'select * from audit_call_default',
    'truncate api_key',
    'alter table api_key disable row level security',
    'drop policy app_own on api_key',
    'create table other (id integer)',
    'select * from migration',
  ])('the application may not: %s', async (statement) => {
    verifies('TEN-02');
    await expect(asOurs(sql.raw(statement))).rejects.toEqual(denied);
  });

  test('turning row-level security off for a session does not show more: the statement is refused', async () => {
    verifies('TEN-02');
    const attempt = store.inTenant(ours.tenant_id, async (db) => {
      await sql`set local row_security = off`.execute(db);
      await sql`select * from api_key`.execute(db);
    });
    await expect(attempt).rejects.toEqual(denied);
  });

  test('a person is seen by the tenants they are a member of, and by no other', async () => {
    verifies('TEN-02');
    const seen = await asOurs(sql<{ id: string }>`select id from app_user`);
    expect(seen.rows.map(({ id }) => id)).toEqual([ours.user_id]);
  });

  test('the e-mail of a known person gives their id, and neither tells nor changes their name', async () => {
    verifies('TEN-02');
    const email = 'Owner@Theirs.Example';
    const { rows } = await asOurs(
      sql<{ id: string }>`select ensure_user(${randomIds.uuid()}, ${email}, 'Mallory') as id`,
    );
    expect(rows[0]?.id).toBe(theirs.user_id);
    expect((await asOurs(sql`select * from app_user where id = ${theirs.user_id}`)).rows).toEqual([]);
    const person = await store.inTenant(theirs.tenant_id, (db) =>
      db.selectFrom('app_user').select(['email', 'name']).executeTakeFirst(),
    );
    expect(person).toEqual({ email: 'owner@theirs.example', name: 'Owner' });
  });

  test('the operator lists tenants and reads nothing of what belongs to them', async () => {
    verifies('TEN-02');
    const slugs = await store.asOperator((db) => db.selectFrom('tenant').select('slug').orderBy('slug').execute());
    expect(slugs).toEqual([{ slug: 'ours' }, { slug: 'theirs' }]);
    for (const table of ['workspace', 'member', 'api_key', 'audit_call', 'audit_change', 'audit_head', 'app_user']) {
      await expect(store.asOperator((db) => sql`select 1 from ${sql.table(table)}`.execute(db))).rejects.toEqual(
        denied,
      );
    }
  });

  test('the operator adds no member, key or workspace to a tenant that is already there', async () => {
    verifies('TEN-02');
    const { tenant_id } = theirs;
    const attempts: readonly ((db: Database) => Promise<unknown>)[] = [
      (db) => db.insertInto('member').values({ tenant_id, user_id: ours.user_id, role: 'owner' }).execute(),
      (db) => db.insertInto('workspace').values({ tenant_id, id: randomIds.uuid(), slug: 'x' }).execute(),
      (db) => db.insertInto('api_key').values(keyRow(theirs)).execute(),
    ];
    for (const attempt of attempts) await expect(store.asOperator(attempt)).rejects.toEqual(denied);
  });

  test('the ledger appends, and reads and changes nothing', async () => {
    verifies('TEN-02');
    const tables_of_all = [
      'audit_call',
      'audit_change',
      'audit_head',
      'tenant',
      'workspace',
      'member',
      'api_key',
      'app_user',
    ];
    for (const table of tables_of_all) {
      const text = `select 1 from ${table}`;
      await expect(store.asLedger({ name: `read_${table}`, text, values: [] })).rejects.toEqual(denied);
    }
    const changes = [
      'delete from audit_call',
      "update audit_call set tool = ''",
      `insert into audit_call (tenant_id, id, started_at, duration_ms, surface, user_id, via, via_id, tool, arguments_digest,
        outcome, truncated, seq, hash) select gen_random_uuid(), gen_random_uuid(), now(), 0, '', gen_random_uuid(), 'session',
        gen_random_uuid(), '', '', 'ok', false, 1, ''`,
      'update audit_head set seq = 0',
      'delete from audit_head',
    ];
    for (const [index, text] of changes.entries()) {
      await expect(store.asLedger({ name: `change_${index}`, text, values: [] })).rejects.toEqual(denied);
    }
  });
});

function keyRow({ tenant_id, user_id }: TestTenant) {
  return {
    tenant_id,
    user_id,
    id: randomIds.uuid(),
    name: 'key',
    prefix: 'tc_',
    key_hash: randomBytes(32),
    scopes: [],
  };
}

async function addRows(db: Database, tenant: TestTenant): Promise<void> {
  const { tenant_id, user_id } = tenant;
  await db
    .insertInto('member')
    .values({ tenant_id, user_id, role: 'owner' })
    .onConflict((c) => c.doNothing())
    .execute();
  await db
    .insertInto('workspace')
    .values({ tenant_id, id: randomIds.uuid(), slug: 'main' })
    .onConflict((c) => c.doNothing())
    .execute();
  await db.insertInto('api_key').values(keyRow(tenant)).execute();
}

async function fill(store: Store, tenant: TestTenant): Promise<void> {
  const { tenant_id, user_id } = tenant;
  await store.inTenant(tenant_id, async (db) => {
    await addRows(db, tenant);
    const change = { tenant_id, actor: 'operator', action: 'key-created', target_id: user_id } as const;
    await recordChange(db, { clock: systemClock, ids: randomIds }, change);
  });
  await insertCalls(store, [callOf(tenant_id)]);
}
