// What only a real PostgreSQL has to show: any kind of owner, outages, several processes, and migrations gone wrong.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { createLog } from '../../server/src/base/log.ts';
import { migrate, readMigrations } from '../../server/src/store/migrate.ts';
import { createPool, migratingLimits } from '../../server/src/store/pool.ts';
import { openStore } from '../../server/src/store/store.ts';
import { createDatabase, execute, startPostgres } from '../support/postgres.ts';
import type { PostgresServer, TestDatabase } from '../support/postgres.ts';
import { addTenant } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

const deps = { clock: systemClock, log: createLog({ level: 'silent' }) };

describe('an empty database', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(() => database.drop());

  test.each(['url', 'superuser_url'] as const)('is set up by the user of %s, and walled in alike', async (user) => {
    verifies('TEN-02');
    const store = await openStore({ url: database[user], ...deps });
    const { tenant_id } = await addTenant(store, 'one');
    await addTenant(store, 'two');
    const seen = await store.inTenant(tenant_id, (db) => db.selectFrom('tenant').select('slug').execute());
    expect(seen).toEqual([{ slug: 'one' }]);
    await store.close();
  });

  test('may be opened by several processes at the same moment', async () => {
    verifies('OPS-01');
    const stores = await Promise.all([1, 2, 3, 4].map(() => openStore({ url: database.url, ...deps })));
    const applied = stores.flatMap((store) => store.migrations_applied);
    // Each once, whoever came first.
    expect(applied.toSorted()).toEqual(readMigrations().map(({ name }) => name));
    await Promise.all(stores.map((store) => store.close()));
  });

  test('without a password that is right it is unavailable, and the URL is not told', async () => {
    const url = new URL(database.url);
    url.password = 'wrong-password';
    const error = await openStore({ url: url.href, ...deps }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'database_unavailable' });
    expect(JSON.stringify((error as { toPublic(): unknown }).toPublic())).not.toMatch(/wrong|127\.0\.0\.1|owner/);
  });

  describe('migrations', () => {
    let pool: Pool;
    beforeEach(() => {
      pool = createPool({ kind: 'postgres', url: database.url }, migratingLimits, deps.log);
    });
    afterEach(() => pool.end());
    const one = { number: 1, name: '0001-one', text: 'create table one (id uuid)' };

    test('are applied in order, once', async () => {
      const two = { number: 2, name: '0002-two', text: 'alter table one add column more text' };
      expect(await migrate({ pool, ...deps }, [one])).toEqual(['0001-one']);
      expect(await migrate({ pool, ...deps }, [one, two])).toEqual(['0002-two']);
      expect(await migrate({ pool, ...deps }, [one, two])).toEqual([]);
    });

    test('whose text has changed since they were applied are migration_failed', async () => {
      await migrate({ pool, ...deps }, [one]);
      const attempt = migrate({ pool, ...deps }, [{ ...one, text: `${one.text} ` }]);
      await expect(attempt).rejects.toMatchObject({ code: 'migration_failed', message: /0001-one/ });
    });

    test('that fail leave nothing of themselves, and are applied when they are mended', async () => {
      const broken = { number: 2, name: '0002-two', text: 'create table two (id uuid); select 1 / 0' };
      const attempt = migrate({ pool, ...deps }, [one, broken]);
      await expect(attempt).rejects.toMatchObject({ code: 'migration_failed', cause: { code: '22012' } });
      const { rows } = await pool.query(
        `select to_regclass('toolcrib.one') as one, to_regclass('toolcrib.two') as two`,
      );
      expect(rows).toEqual([{ one: 'toolcrib.one', two: null }]);
      const mended = { ...broken, text: 'create table two (id uuid)' };
      expect(await migrate({ pool, ...deps }, [one, mended])).toEqual(['0002-two']);
    });
  });
});

describe('a server that goes away', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  test.each(['fast', 'immediate', 'kill'] as const)('stopped by %s: unavailable, then as before', async (mode) => {
    verifies('OPS-01');
    const store = await openStore({ url: server.url, ...deps });
    const slug = `tenant-${mode}`;
    const { tenant_id } = await addTenant(store, slug);
    const interrupted = store.inTenant(tenant_id, async (db) => {
      await db.updateTable('tenant').set({ name: 'lost' }).execute();
      await server.stop(mode);
      await db.selectFrom('tenant').selectAll().execute();
    });
    await expect(interrupted).rejects.toMatchObject({ code: 'database_unavailable', retryable: true });
    await expect(store.ping()).rejects.toMatchObject({ code: 'database_unavailable' });
    await server.start();
    await store.ping();
    const rows = await store.inTenant(tenant_id, (db) => db.selectFrom('tenant').select('name').execute());
    expect(rows).toEqual([{ name: slug }]);
    await store.close();
  });

  test('that ends one of our connections costs the transaction on it, and no other', async () => {
    verifies('OPS-01');
    const store = await openStore({ url: server.url, ...deps });
    const { tenant_id } = await addTenant(store, 'tenant-connection');
    const ended = store.inTenant(tenant_id, async (db) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
      await execute(server.superuser_url, `select pg_terminate_backend(${rows[0]?.pid ?? 0})`);
      await db.selectFrom('tenant').selectAll().execute();
    });
    await expect(ended).rejects.toMatchObject({ code: 'database_unavailable' });
    await store.ping();
    await store.close();
  });

  test('a statement of ours that waits too long is ended by the database', async () => {
    const store = await openStore({ url: server.url, ...deps });
    const { tenant_id } = await addTenant(store, 'tenant-timeout');
    const slow = store.inTenant(tenant_id, async (db) => {
      await sql`set local statement_timeout = 20`.execute(db);
      await sql`select pg_sleep(60)`.execute(db);
    });
    await expect(slow).rejects.toMatchObject({ code: 'database_unavailable', cause: { code: '57014' } });
    const { rows } = await store.inTenant(tenant_id, (db) => sql`show statement_timeout`.execute(db));
    expect(rows).toEqual([{ statement_timeout: '10s' }]);
    await store.close();
  });
});
