// Row-level security table by table, whatever tables there are: as the application's role inside one tenant, without any
// condition in the statement. And the proof that this test can fail: every policy is opened once, and it is seen.
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import { createTenant } from '../../server/src/identity/tenants.ts';
import { insertCalls } from '../../server/src/ledger/insert-calls.ts';
import { openStore } from '../../server/src/store/store.ts';
import type { Store } from '../../server/src/store/store.ts';
import { fillTenant } from '../attacks/isolation/fill-tenant.ts';
import { callOf } from '../support/audit-chain.ts';
import { createDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import type { TestTenant } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

interface Policy {
  readonly table: string;
  readonly name: string;
  readonly command: string;
}

describe('every table of tenants', () => {
  let database: TestDatabase;
  let client: Client;
  let ours: TestTenant;
  let theirs: TestTenant;
  let tables: readonly string[];

  beforeAll(async () => {
    database = await createDatabase();
    const store = await openStore({ url: database.url, clock: systemClock, log: createLog({ level: 'silent' }) });
    ours = await makeTenant(store, 'ours');
    theirs = await makeTenant(store, 'theirs');
    for (const [tenant, mark] of [
      [ours, 'ourmark'],
      [theirs, 'theirmark'],
    ] as const) {
      await insertCalls(store, [callOf(tenant.tenant_id)]);
      await fillTenant(database.superuser_url, { ...tenant, mark });
    }
    await store.close();
    client = new Client({ connectionString: database.superuser_url });
    await client.connect();
    await client.query('set search_path to toolcrib, public');
    const { rows } = await client.query<{ name: string }>(`
      select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
      where c.relnamespace = 'toolcrib'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`);
    tables = rows.map(({ name }) => name);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  /** Runs the work as the application inside `ours`; nothing of it stays. */
  async function asOurs<T>(work: () => Promise<T>, before: string[] = []): Promise<T> {
    await client.query('begin');
    try {
      for (const statement of before) await client.query(statement);
      await client.query(`select set_config('app.tenant', $1, true), set_config('role', 'toolcrib_app', true)`, [
        ours.tenant_id,
      ]);
      return await work();
    } finally {
      await client.query('rollback');
    }
  }

  /** Rows of `theirs` that the role can read; undefined where it may not read the table at all. */
  async function foreignRows(table: string): Promise<number | undefined> {
    try {
      const { rows } = await client.query<{ foreign: string; all: string }>(
        `select count(*) filter (where tenant_id <> $1) as foreign, count(*) as all from ${table}`,
        [ours.tenant_id],
      );
      return Number(rows[0]?.foreign);
    } catch (error) {
      if ((error as { code?: string }).code === '42501') return undefined;
      throw error;
    }
  }

  /** Rows that a statement without any condition changes; undefined where the role may not. */
  async function changed(statement: string): Promise<number | undefined> {
    try {
      return (await client.query(statement)).rowCount ?? 0;
    } catch (error) {
      const { code } = error as { code?: string };
      // Not allowed, or kept by a foreign key: either way nothing is changed.
      if (code === '42501' || code === '23503') return undefined;
      throw error;
    }
  }

  async function countOf(table: string, tenant: TestTenant): Promise<number> {
    const { rows } = await client.query<{ count: string }>(`select count(*) from ${table} where tenant_id = $1`, [
      tenant.tenant_id,
    ]);
    return Number(rows[0]?.count);
  }

  test('there is something to hide in each', async () => {
    for (const table of tables) expect([table, (await countOf(table, theirs)) > 0]).toEqual([table, true]);
  });

  test("no row of another tenant is read, changed or deleted by a statement without a tenant's condition", async () => {
    verifies('TEN-02');
    for (const table of tables) {
      expect([table, (await asOurs(() => foreignRows(table))) ?? 0]).toEqual([table, 0]);
      const own = await countOf(table, ours);
      const updated = await asOurs(() => changed(`update ${table} set tenant_id = tenant_id`));
      expect([table, (updated ?? 0) <= own]).toEqual([table, true]);
      const deleted = await asOurs(() => changed(`delete from ${table}`));
      expect([table, (deleted ?? 0) <= own]).toEqual([table, true]);
    }
  });

  test('no row can be given to another tenant', async () => {
    verifies('TEN-02');
    for (const table of tables) {
      const moved = asOurs(() => client.query(`update ${table} set tenant_id = $1`, [theirs.tenant_id]));
      await expect(moved, table).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|23503|23505)$/) });
    }
  });

  test('with any one policy of the application opened, rows of another tenant show: this test can fail', async () => {
    const { rows: policies } = await client.query<Policy>(`
      select tablename as table, policyname as name, cmd as command from pg_policies
      where schemaname = 'toolcrib' and 'toolcrib_app' = any (roles) and cmd in ('ALL', 'SELECT') order by 1, 2`);
    const seen: string[] = [];
    for (const { table, name } of policies.filter((one) => tables.includes(one.table))) {
      const open = `alter policy ${name} on ${table} using (true)`;
      if (((await asOurs(() => foreignRows(table), [open])) ?? 0) > 0) seen.push(`${table}.${name}`);
    }
    expect(seen).toEqual(
      policies.filter(({ table }) => tables.includes(table)).map(({ table, name }) => `${table}.${name}`),
    );
  });
});

/** A tenant as the operator makes it, with its first key and the records of that. */
async function makeTenant(store: Store, slug: string): Promise<TestTenant> {
  const owner = { email: `owner@${slug}.example`, name: slug };
  const { tenant } = await createTenant({ store, clock: systemClock, ids: randomIds }, { slug, name: slug, owner });
  const user_id = await store.inTenant(tenant.id, (db) =>
    db.selectFrom('member').select('user_id').where('tenant_id', '=', tenant.id).executeTakeFirstOrThrow(),
  );
  return { tenant_id: tenant.id, ...user_id };
}
