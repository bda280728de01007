// What the database needs from time to time, done at once instead of by the timers.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../../server/src/base/log.ts';
import { openEmbeddedDatabase } from '../../server/src/store/embedded-database.ts';
import type { EmbeddedDatabase } from '../../server/src/store/embedded-database.ts';
import { checkpointWhenChanged, vacuum } from '../../server/src/store/maintenance.ts';
import { migrate } from '../../server/src/store/migrate.ts';
import { ensureAuditPartitions } from '../../server/src/store/partitions.ts';
import { createPool, servingLimits } from '../../server/src/store/pool.ts';
import { embeddedHome, postgresHome } from '../support/stores.ts';
import type { StoreHome } from '../support/stores.ts';

const log = createLog({ level: 'silent' });
type Pool = ReturnType<typeof createPool>;

describe('the embedded database', () => {
  let home: StoreHome;
  let database: EmbeddedDatabase;
  let pool: Pool;
  beforeAll(async () => {
    home = await embeddedHome();
    database = await openEmbeddedDatabase(home.options.folder ?? '', { log });
    pool = createPool({ kind: 'embedded', database }, servingLimits, log);
    await migrate({ pool, log });
  });
  afterAll(async () => {
    await pool.end();
    await database.close();
    await home.remove();
  });

  test('a checkpoint is made when something was written since the last one, and only then', async () => {
    const checkpoint = checkpointWhenChanged(pool);
    const last = async (): Promise<unknown> =>
      (await pool.query('select checkpoint_lsn from pg_control_checkpoint()')).rows[0];
    await checkpoint();
    const first = await last();
    await checkpoint();
    expect(await last()).toEqual(first);
    await pool.query('create table something (id integer)');
    await checkpoint();
    expect(await last()).not.toEqual(first);
  });

  test('every table is vacuumed', async () => {
    await pool.query(`insert into toolcrib.app_user (id, email, name) values (gen_random_uuid(), 'a@x.example', 'A')`);
    await vacuum(pool);
    const { rows } = await pool.query(
      `select relname, reltuples from pg_class where oid = 'toolcrib.app_user'::regclass`,
    );
    expect(rows).toEqual([{ relname: 'app_user', reltuples: 1 }]);
  });
});

describe('partitions of the audit', () => {
  let home: StoreHome;
  let pool: Pool;
  beforeAll(async () => {
    home = await postgresHome();
    pool = createPool({ kind: 'postgres', url: home.options.url ?? '' }, servingLimits, log);
    await migrate({ pool, log });
  });
  afterAll(async () => {
    await pool.end();
    await home.remove();
  });
  const at = (text: string) => ({ pool, log, clock: { now: () => Date.parse(text), monotonic: () => 0 } });
  const partitions = async (): Promise<readonly string[]> => {
    const { rows } = await pool.query<{ name: string }>(
      `select relname as name from pg_inherits join pg_class on oid = inhrelid order by 1`,
    );
    return rows.map(({ name }) => name).filter((name) => /^audit_call_\d{4}_\d{2}$/.test(name));
  };

  test('this month and the next two are made, once, also by several processes at the same moment', async () => {
    await Promise.all([1, 2, 3].map(() => ensureAuditPartitions(at('2026-11-30T00:00:00Z'))));
    expect(await partitions()).toEqual(['audit_call_2026_11', 'audit_call_2026_12', 'audit_call_2027_01']);
    await ensureAuditPartitions(at('2026-12-01T00:00:00Z'));
    expect((await partitions()).at(-1)).toBe('audit_call_2027_02');
  });

  test('a month whose rows are in the default partition already stays there', async () => {
    const columns =
      'tenant_id, id, started_at, duration_ms, surface, user_id, via, via_id, tool, arguments_digest, outcome, truncated';
    const row = `gen_random_uuid(), '01b18cc5-0000-7000-8000-000000000000', now(), 1, '', gen_random_uuid(), 'api_key', gen_random_uuid(), '', '', 'ok', false`;
    await pool.query(`alter table toolcrib.audit_call_default no force row level security`);
    await pool.query(`insert into toolcrib.audit_call_default (${columns}) values (${row})`);
    const time = Number.parseInt('01b18cc50000', 16);
    await ensureAuditPartitions(at(new Date(time).toISOString()));
    expect(
      (await partitions()).filter((name) => name.includes(new Date(time).toISOString().slice(0, 7).replace('-', '_'))),
    ).toEqual([]);
  });
});
