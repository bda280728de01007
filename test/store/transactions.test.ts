// What a scope promises: one transaction, nothing before or after it, clear errors, and a clean connection behind it.
import { readMigrations } from '../../server/src/store/migrate.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isUniqueViolation } from '../../server/src/store/database-errors.ts';
import type { Database } from '../../server/src/store/scope.ts';
import type { Store } from '../../server/src/store/store.ts';
import { addTenant, storeForms } from '../support/stores.ts';
import type { StoreHome } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

describe.each(storeForms)('%s', (form, makeHome) => {
  let home: StoreHome;
  let store: Store;
  let tenant_id: string;

  beforeAll(async () => {
    home = await makeHome();
    store = await home.open();
    ({ tenant_id } = await addTenant(store, 'one'));
  });
  afterAll(async () => {
    await store.close();
    await home.remove();
  });

  const nameOf = async (): Promise<string | undefined> =>
    (await store.inTenant(tenant_id, (db) => db.selectFrom('tenant').select('name').executeTakeFirst()))?.name;

  test('opening applied the migrations, and says which form it is', () => {
    verifies('OPS-01');
    expect(store.kind).toBe(form);
    expect(store.migrations_applied).toEqual(readMigrations().map(({ name }) => name));
  });

  test('a ping answers; with a signal that has aborted it rejects with its reason', async () => {
    await store.ping();
    await store.ping(AbortSignal.timeout(10_000));
    await expect(store.ping(AbortSignal.abort('no time'))).rejects.toBe('no time');
  });

  test('what is thrown undoes everything and comes through unchanged', async () => {
    const reason = new Error('no');
    const attempt = store.inTenant(tenant_id, async (db) => {
      await db.updateTable('tenant').set({ name: 'undone' }).execute();
      throw reason;
    });
    await expect(attempt).rejects.toBe(reason);
    expect(await nameOf()).toBe('one');
  });

  test('an error of a statement comes with its code and constraint', async () => {
    const attempt = addTenant(store, 'one', 'other@x.example');
    const error = await attempt.catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: '23505', constraint: 'tenant_slug_key', table: 'tenant' });
    expect(isUniqueViolation(error, 'tenant_slug_key')).toBe(true);
    expect(isUniqueViolation(error, 'workspace_slug_key')).toBe(false);
  });

  test('a transaction whose failed statement was swallowed is not taken for committed', async () => {
    const attempt = store.inTenant(tenant_id, async (db) => {
      await db.updateTable('tenant').set({ name: 'lost' }).execute();
      await sql`select 1 / 0`.execute(db).catch(() => undefined);
    });
    await expect(attempt).rejects.toMatchObject({ code: 'internal' });
    expect(await nameOf()).toBe('one');
  });

  test('a handle is dead after its transaction', async () => {
    verifies('TEN-02');
    let kept: Database | undefined;
    await store.inTenant(tenant_id, async (db) => void (kept = db));
    await expect(kept?.selectFrom('tenant').selectAll().execute()).rejects.toMatchObject({ code: 'internal' });
  });

  test('no transaction inside a transaction', async () => {
    const attempt = store.inTenant(tenant_id, (db) => db.transaction().execute(async () => undefined));
    await expect(attempt).rejects.toMatchObject({ code: 'internal' });
  });

  test.each(["' || '", "x', true); reset role; --", '', 'DC1A05F1-5C4F-4D1E-8C54-9B6E4A5B9B11'])(
    'a tenant that is not a UUID in lower case opens nothing: %j',
    async (text) => {
      verifies('TEN-02');
      const entered: string[] = [];
      const attempt = store.inTenant(text, async () => void entered.push(text));
      await expect(attempt).rejects.toMatchObject({ code: 'internal' });
      expect(entered).toEqual([]);
    },
  );

  test('nothing of a scope is left on the connection for the next one', async () => {
    verifies('TEN-02');
    const settings = sql<{ tenant: string; role: string }>`
      select current_setting('app.tenant', true) as tenant, current_user as role`;
    const inside = await store.inTenant(tenant_id, (db) => settings.execute(db));
    expect(inside.rows).toEqual([{ tenant: tenant_id, role: 'toolcrib_app' }]);
    await store.inTenant(tenant_id, (db) => sql`select set_config('app.tenant', ${tenant_id}, false)`.execute(db));
    const after = await store.asOperator((db) => settings.execute(db));
    expect(after.rows).toEqual([{ tenant: '', role: 'toolcrib_operator' }]);
  });

  test('a statement of the ledger has its scope, ends with it, and is undone with its error', async () => {
    verifies('TEN-02');
    const check = (name: string, condition: string) =>
      store.asLedger({ name, text: `select 1 / (case when ${condition} then 1 else 0 end)`, values: [] });
    for (let again = 0; again < 3; again += 1) {
      await check('scope', `current_user = 'toolcrib_ledger' and current_setting('app.tenant') = ''`);
    }
    await expect(check('never', 'false')).rejects.toMatchObject({ code: '22012' });
    const { rows } = await store.inTenant(tenant_id, (db) =>
      sql<{ role: string }>`select current_user as role`.execute(db),
    );
    expect(rows).toEqual([{ role: 'toolcrib_app' }]);
  });

  test('values arrive as they were, of the same types on both forms', async () => {
    verifies('OPS-01');
    const { rows } = await store.inTenant(tenant_id, (db) =>
      sql`
        select 9007199254740993::int8 as large, 1.10::numeric as exact, 2.5::float8 as float, 7 as small,
          '2026-01-02T03:04:05.678Z'::timestamptz as time, '\\x00ff'::bytea as bytes, array['a', null]::text[] as texts,
          '{"a": [1]}'::jsonb as json, null::text as nothing, true as yes, ${'ä\u{1F600}'}::text as text`.execute(db),
    );
    expect(rows).toEqual([
      {
        large: '9007199254740993',
        exact: '1.10',
        float: 2.5,
        small: 7,
        time: new Date('2026-01-02T03:04:05.678Z'),
        bytes: Buffer.from([0, 255]),
        texts: ['a', null],
        json: { a: [1] },
        nothing: null,
        yes: true,
        text: 'ä\u{1F600}',
      },
    ]);
  });

  test('many at once, some of which fail, each end as their own', async () => {
    verifies('OPS-01');
    const ends = await Promise.allSettled(
      Array.from({ length: 60 }, (_, index) =>
        store.inTenant(tenant_id, async (db) => {
          const { rows } = await sql<{ one: number }>`select 60 / (${index}::integer % 3) as one`.execute(db);
          return rows[0]?.one;
        }),
      ),
    );
    const values = ends.map((end) => (end.status === 'fulfilled' ? end.value : (end.reason as { code: string }).code));
    expect(values).toEqual(Array.from({ length: 60 }, (_, index) => ['22012', 60, 30][index % 3]));
  });

  test('large values go both ways', async () => {
    const text = 'x'.repeat(3_000_000);
    const { rows } = await store.inTenant(tenant_id, (db) =>
      sql<{ text: string }>`select ${text}::text as text`.execute(db),
    );
    expect(rows[0]?.text === text).toBe(true);
  });

  test('opening the same data again finds it and migrates nothing', async () => {
    verifies('OPS-01');
    await store.close();
    await expect(store.ping()).rejects.toMatchObject({ code: 'database_unavailable' });
    store = await home.open();
    expect(store.migrations_applied).toEqual([]);
    expect(await nameOf()).toBe('one');
  });
});
