// Settings of a call on a real PostgreSQL: each caller meets its own, whatever runs beside it, and nothing stays behind.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { ToolcribError } from '../../server/src/base/errors.ts';
import type { ArgumentValue, Parameter } from '../../server/src/catalog/parameters.ts';
import type { RowsResult } from '../../server/src/catalog/result.ts';
import type { SessionSetting, SqlSource } from '../../server/src/catalog/source.ts';
import { runContext } from '../support/run-context.ts';
import { verifies } from '../support/verifies.ts';
import { createPlantedDatabase, openPostgres } from './postgres-subject.ts';
import type { PlantedDatabase } from './postgres-subject.ts';
import { generous, parameter, refusal } from './sql-kind-contract.ts';

let database: PlantedDatabase;
let source: SqlSource;
/** A role that the account may change to; it may only read `note`. */
let reader: string;

type Run = (
  settings: readonly SessionSetting[],
  values?: readonly ArgumentValue[],
  signal?: AbortSignal,
) => Promise<RowsResult>;

function prepare(text: string, types: readonly Parameter['type'][] = [], read_only = true): Run {
  const parameters = types.map((type, index) => parameter(`p${index + 1}`, type));
  const statement = source.prepare({ text, parameters, read_only });
  return async (settings, values = [], signal = new AbortController().signal) =>
    statement.run(values, { ...runContext(), limits: generous, settings, signal });
}

const tenant = (value: string): readonly SessionSetting[] => [{ name: 'app.tenant', value }];
const first = (result: RowsResult): unknown => result.rows[0];
const callers = Array.from({ length: 16 }, (_, index) => `tenant-${index}`);

beforeAll(async () => {
  database = await createPlantedDatabase();
  source = openPostgres(database.url);
  const owner = new URL(database.url).username;
  reader = `${owner}_reader`;
  await database.query(`
    CREATE ROLE ${reader}; GRANT ${reader} TO ${owner};
    SET ROLE ${owner};
    CREATE TABLE note (tenant text NOT NULL, body text);
    ALTER TABLE note ENABLE ROW LEVEL SECURITY; ALTER TABLE note FORCE ROW LEVEL SECURITY;
    CREATE POLICY own ON note USING (tenant = current_setting('app.tenant', true));
    GRANT SELECT ON note TO ${reader};
    CREATE SCHEMA north; CREATE TABLE north.place (id int); INSERT INTO north.place VALUES (1);
    CREATE SCHEMA south; CREATE TABLE south.place (id int, name text); INSERT INTO south.place VALUES (2, 'x');
    RESET ROLE;
    ${callers.map((name, index) => `INSERT INTO note SELECT '${name}', 'n' FROM generate_series(1, ${index + 1})`).join(';')}`);
});
afterAll(async () => {
  await source.close();
  await database.query(`DROP OWNED BY ${reader}; DROP ROLE ${reader}`);
  await database.remove();
});

describe('of callers at the same time', () => {
  test('16 callers see their own setting and their own rows, and calls without settings see none', async () => {
    verifies('DBT-16', 'DBT-15');
    const quick = prepare("SELECT current_setting('app.tenant', true) AS tenant, count(*) AS n FROM note");
    const slow = prepare(
      "SELECT current_setting('app.tenant', true) AS tenant, count(*) AS n, pg_sleep(0.03)::text AS s FROM note",
    );
    const bare = prepare("SELECT coalesce(current_setting('app.tenant', true), '') AS tenant, count(*) AS n FROM note");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('quick', 'quick', 'slow', 'bare', 'cancelled'), { minLength: 16, maxLength: 64 }),
        async (kinds) => {
          await Promise.all(
            kinds.map(async (kind, index) => {
              const caller = index % callers.length;
              const settings = tenant(callers[caller] ?? '');
              const expected = { tenant: callers[caller], n: caller + 1 };
              if (kind === 'bare') return expect(first(await bare([]))).toEqual({ tenant: '', n: 0 });
              if (kind !== 'cancelled')
                return expect(first(await (kind === 'quick' ? quick : slow)(settings))).toMatchObject(expected);
              const cancel = new AbortController();
              const cancelled = slow(settings, [], cancel.signal).catch((error: unknown) => error);
              setImmediate(() => cancel.abort(new ToolcribError('call_cancelled')));
              const outcome = await cancelled;
              // It may have been answered before.
              if (!(outcome instanceof ToolcribError))
                return expect(first(outcome as RowsResult)).toMatchObject(expected);
              return expect(outcome.code).toBe('call_cancelled');
            }),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  test('writes belong to their caller, and answer their count', async () => {
    verifies('DBT-16');
    const insert = prepare('INSERT INTO note VALUES ($1, $2)', ['string', 'string'], false);
    const remove = prepare("DELETE FROM note WHERE body = 'mine' RETURNING tenant", [], false);
    await Promise.all(callers.map((name) => insert(tenant(name), [name, 'mine'])));
    expect(await insert(tenant('tenant-1'), ['tenant-1', 'mine'])).toMatchObject({ affected_rows: 1, rows: [] });
    expect((await refusal(insert(tenant('tenant-1'), ['tenant-2', 'mine']))).text).toContain('42501');
    const removed = await Promise.all(callers.map((name) => remove(tenant(name))));
    removed.forEach(({ rows }, index) => {
      expect(new Set(rows.map((row) => row['tenant']))).toEqual(new Set([callers[index]]));
      expect(rows).toHaveLength(index === 1 ? 2 : 1);
    });
  });
});

describe('values', () => {
  test('arrive as they are and are never a part of a statement', async () => {
    verifies('DBT-16', 'DBT-02');
    const echo = prepare("SELECT current_setting('app.tenant') AS a, current_setting('app.other') AS b");
    const texts = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed());
    const hostile = [
      "'; RESET ALL; --",
      "x', false); SELECT set_config('role', 'postgres",
      '$1',
      '\\',
      '',
      'none',
      'default',
    ];
    await fc.assert(
      fc.asyncProperty(fc.oneof(texts, fc.constantFrom(...hostile)), texts, async (a, b) => {
        const settings = [
          { name: 'app.tenant', value: a },
          { name: 'app.other', value: b },
        ];
        expect(first(await echo(settings))).toEqual({ a, b });
      }),
      { numRuns: 200 },
    );
  });

  test('role is changed to for the call alone', async () => {
    verifies('DBT-16');
    const who = prepare('SELECT current_user::text AS me, session_user::text AS login');
    const login = new URL(database.url).username;
    const as = [{ name: 'role', value: reader }];
    const answers = await Promise.all(
      Array.from({ length: 32 }, async (_, index) => first(await who(index % 2 === 0 ? as : []))),
    );
    answers.forEach((answer, index) => expect(answer).toEqual({ me: index % 2 === 0 ? reader : login, login }));
    const insert = prepare("INSERT INTO note VALUES ('tenant-1', 'x')", [], false);
    expect((await refusal(insert([...as, ...tenant('tenant-1')]))).text).toContain('42501');
    expect((await refusal(who([{ name: 'role', value: 'nobody_of_this_name' }]))).text).toContain('22023');
    expect(first(await who([]))).toEqual({ me: login, login });
  });

  test('search_path decides what the names mean, also for values that are lists', async () => {
    verifies('DBT-16');
    const place = prepare('SELECT * FROM place WHERE id = ANY ($1)', ['array']);
    const at = (value: string): readonly SessionSetting[] => [{ name: 'search_path', value }];
    expect((await place(at('north'), [[1, 2]])).rows).toEqual([{ id: 1 }]);
    expect((await place(at('south'), [[1, 2]])).rows).toEqual([{ id: 2, name: 'x' }]);
    expect((await place(at('north'), [[1, 2]])).rows).toEqual([{ id: 1 }]);
  });

  test('the read-only mode holds', async () => {
    verifies('DBT-14');
    const insert = prepare("INSERT INTO note VALUES ('tenant-1', 'x')");
    expect((await refusal(insert(tenant('tenant-1')))).code).toBe('write_refused');
  });
});

describe('settings that no call may have', () => {
  // oxfmt-ignore
  test.each([
    ['transaction_read_only', 'off'], ['default_transaction_read_only', 'off'], ['session_authorization', 'postgres'],
    ['datestyle', 'German'], ['standard_conforming_strings', 'off'], ['client_encoding', 'LATIN1'], ['DateStyle', 'German'],
    ['App.Tenant', 'x'], ['a b', 'x'], ['role', 'none'],
  ])('%s', async (name, value) => {
    verifies('DBT-16');
    const one = prepare('SELECT 1 AS one');
    expect((await refusal(one([{ name, value }]))).text).toContain('22023');
    expect(first(await one([]))).toEqual({ one: 1 });
  });
});
