// What is particular to PostgreSQL: types, pipelining without waiting behind slow statements, cancelling without hitting
// a neighbour, sessions that carry nothing over, memory.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ToolcribError } from '../../server/src/base/errors.ts';
import type { ArgumentValue } from '../../server/src/catalog/parameters.ts';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import { postgresSql } from '../../server/src/kinds/postgres/postgres-sql.ts';
import { verifies } from '../support/verifies.ts';
import { createPlantedDatabase, openPostgres } from './postgres-subject.ts';
import type { PlantedDatabase } from './postgres-subject.ts';
import { generous, parameter, prepareTool, refusal } from './sql-kind-contract.ts';
import type { Runner } from './sql-kind-contract.ts';
import { runContext } from '../support/run-context.ts';

let database: PlantedDatabase;
let source: SqlSource;

const read = (statement: string, ...types: Parameters<typeof parameter>[1][]): Runner =>
  prepareTool(postgresSql, source, {
    statement,
    parameters: types.map((type, index) => parameter(`p${index + 1}`, type)),
  });
const write = (statement: string): Runner => prepareTool(postgresSql, source, { statement, read_only: false });
const value = async (run: Promise<{ rows: readonly Record<string, unknown>[] }>): Promise<unknown> =>
  (await run).rows[0]?.['value'];
const things = async (): Promise<number> =>
  (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM thing'))[0]?.n ?? -1;

beforeAll(async () => {
  database = await createPlantedDatabase();
  source = openPostgres(database.url);
});
afterAll(async () => {
  await source.close();
  await database.remove();
});

describe('types', () => {
  // oxfmt-ignore
  test.each<readonly [string, unknown, string | undefined]>([
    ['32767::int2', 32767, 'int2'],
    ['(-2147483648)::int4', -2147483648, 'int4'],
    ['9007199254740991::int8', 9007199254740991, 'int8'],
    ['9007199254740992::int8', '9007199254740992', 'int8'],
    ['(-9223372036854775808)::int8', '-9223372036854775808', 'int8'],
    ['0.1::float4', 0.1, 'float4'],
    ['0.1::float8 + 0.2::float8', 0.30000000000000004, 'float8'],
    ["'NaN'::float8", 'NaN', 'float8'],
    ["'-Infinity'::float4", '-Infinity', 'float4'],
    ['12.50::numeric', 12.5, 'numeric'],
    ['-0.000000000000001::numeric', -1e-15, 'numeric'],
    ['123456789012345::numeric', 123456789012345, 'numeric'],
    ['1234567890.1234567::numeric', '1234567890.1234567', 'numeric'],
    ["'NaN'::numeric", 'NaN', 'numeric'],
    ['true', true, 'bool'],
    ['false', false, 'bool'],
    ["'\\x00ff10'::bytea", 'AP8Q', 'bytea'],
    ["''::bytea", '', 'bytea'],
    ["'2026-02-28'::date", '2026-02-28', 'date'],
    ["'infinity'::date", 'infinity', 'date'],
    ["'23:59:59.123456'::time", '23:59:59.123456', 'time'],
    ["'2026-02-28 12:00:00.000001'::timestamp", '2026-02-28 12:00:00.000001', 'timestamp'],
    ["'1 year 2 mons 3 days 04:05:06'::interval", '1 year 2 mons 3 days 04:05:06', 'interval'],
    ["'0b8f9c1e-3c53-4f0e-8a41-111111111111'::uuid", '0b8f9c1e-3c53-4f0e-8a41-111111111111', 'uuid'],
    [`'{"a": [1, null, "x"]}'::jsonb`, { a: [1, null, 'x'] }, 'jsonb'],
    ["'null'::json", null, 'json'],
    ["ARRAY[[1,2],[3,NULL]]", [[1, 2], [3, null]], 'int4[]'],
    ["'{}'::text[]", [], 'text[]'],
    [`ARRAY['a', 'NULL', NULL, '{"\\,', '']`, ['a', 'NULL', null, '{"\\,', ''], 'text[]'],
    ["'[0:1]={7,8}'::int8[]", [7, 8], 'int8[]'],
    ['ARRAY[true, false]', [true, false], 'bool[]'],
    [`ARRAY['{"b": 1}'::jsonb]`, [{ b: 1 }], 'jsonb[]'],
    ["int4range(1, 5)", '[1,5)', undefined],
    ["ROW(1, 'x')", '(1,x)', undefined],
    ['NULL::int4', null, 'int4'],
  ])('%s', async (expression, expected, type) => {
    verifies('DBT-17');
    const result = await read(`SELECT ${expression} AS value`)({});
    expect(result.rows).toEqual([{ value: expected }]);
    expect(result.columns).toEqual([type === undefined ? { name: 'value' } : { name: 'value', type }]);
  });

  // oxfmt-ignore
  test.each<readonly [string, Parameters<typeof parameter>[1], ArgumentValue, unknown]>([
    ['$1::int4', 'integer', 5, 5],
    ['$1::int8', 'integer', 9223372036854775807n, '9223372036854775807'],
    ['$1::numeric', 'float', 0.1, 0.1],
    ['$1::numeric', 'float', 1e21, '1000000000000000000000'],
    ['$1::text', 'integer', 5, '5'],
    ['$1::text', 'boolean', true, 'true'],
    ['$1::bool', 'boolean', false, false],
    ['$1::int4[]', 'array', [1, null, -3], [1, null, -3]],
    ['$1::float8[]', 'array', [[1.5], [2]], [[1.5], [2]]],
    ['$1::bool[]', 'array', [true, false], [true, false]],
    ['$1::text[]', 'array', [], []],
    ['$1::jsonb', 'array', ['a"b', 1, null, [true]], ['a"b', 1, null, [true]]],
    ['$1::json', 'string', '{"a":1}', { a: 1 }],
    ['$1::date', 'string', '2026-01-01', '2026-01-01'],
  ])('%s takes a parameter of type %s', async (expression, type, p1, expected) => {
    verifies('DBT-02', 'DBT-17');
    expect(await value(read(`SELECT ${expression} AS value`, type)({ p1 }))).toEqual(expected);
  });
});

describe('pipelining', () => {
  test('four slow calls do not make quick ones wait', async () => {
    verifies('DBT-15');
    const slow = read('SELECT pg_sleep(1.5)::text AS value');
    const quick = read('SELECT $1::text AS value', 'string');
    for (let index = 0; index < 50; index += 1) await quick({ p1: 'known' });
    let slow_done = 0;
    const sleeping = Array.from({ length: 4 }, () => slow({}).then(() => (slow_done += 1)));
    await expect.poll(() => database.running()).toBeGreaterThanOrEqual(4);
    for (let index = 0; index < 200; index += 1) expect(await value(quick({ p1: `${index}` }))).toBe(`${index}`);
    expect(slow_done).toBe(0);
    await Promise.all(sleeping);
  });

  test('many slow calls leave a way for quick ones, and open no more connections than allowed', async () => {
    verifies('DBT-15');
    const slow = read('SELECT pg_sleep(0.7)::text AS value');
    const quick = read('SELECT $1::text AS value', 'string');
    for (let index = 0; index < 50; index += 1) await quick({ p1: 'known' });
    const sleeping = Promise.all(Array.from({ length: 15 }, () => slow({})));
    await expect.poll(() => database.running()).toBe(5);
    const started = performance.now();
    expect(await value(quick({ p1: 'through' }))).toBe('through');
    expect(performance.now() - started).toBeLessThan(500);
    expect(await database.running()).toBe(5);
    await sleeping;
  });

  test('slow calls that wait first do not hold back the first call of another tool', async () => {
    verifies('DBT-15');
    // Nothing is connected yet and nothing is known of either statement: all of them wait for connections together.
    const cold = openPostgres(database.url, { max_connections: 4 });
    const tool = (statement: string) => prepareTool(postgresSql, cold, { statement });
    const controller = new AbortController();
    const [slow, fast] = [tool('SELECT pg_sleep(30)::text AS value'), tool("SELECT 'fast' AS value")];
    let awake = 0;
    const sleeping = Array.from({ length: 4 }, () =>
      slow({}, { signal: controller.signal }).finally(() => (awake += 1)),
    );
    const settled = Promise.allSettled(sleeping);
    expect(await value(fast({}))).toBe('fast');
    expect(awake).toBe(0);
    controller.abort(new ToolcribError('call_cancelled'));
    await settled;
    await cold.close();
  });

  test('calls behind a statement that turns out slow are answered elsewhere', async () => {
    verifies('DBT-15');
    const mixed = read('SELECT $2::text AS value FROM pg_sleep($1)', 'float', 'string');
    for (let index = 0; index < 50; index += 1) await mixed({ p1: 0, p2: 'quick' });
    let slow_done = false;
    const slow = mixed({ p1: 2, p2: 'slow' }).then(() => (slow_done = true));
    const behind = await Promise.all(Array.from({ length: 7 }, (_, index) => value(mixed({ p1: 0, p2: `${index}` }))));
    expect(behind).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    expect(slow_done).toBe(false);
    await slow;
  });

  test('a cancelled call never takes a neighbour with it', async () => {
    verifies('DBT-15');
    const mixed = read('SELECT $2::text AS value FROM pg_sleep($1)', 'float', 'string');
    for (let round = 0; round < 25; round += 1) {
      for (let index = 0; index < 20; index += 1) await mixed({ p1: 0, p2: 'quick' });
      const controllers = Array.from({ length: 4 }, () => new AbortController());
      const reason = new ToolcribError('call_cancelled');
      const doomed = controllers.map(({ signal }) => mixed({ p1: 30, p2: 'doomed' }, { signal }));
      const settled = Promise.allSettled(doomed);
      const neighbours = Array.from({ length: 40 }, (_, index) => {
        // Cancels arrive while neighbours are being sent, are under way, and are done.
        if (index % 10 === 9) setTimeout(() => controllers.pop()?.abort(reason), (round * 7 + index) % 40);
        return value(mixed({ p1: 0, p2: `${round}.${index}` }));
      });
      expect(await Promise.all(neighbours)).toEqual(neighbours.map((_, index) => `${round}.${index}`));
      for (const result of await settled) expect(result).toEqual({ status: 'rejected', reason });
    }
    await expect.poll(() => database.running(), { timeout: 3_000 }).toBe(0);
  });

  test('nothing runs on a connection after a cancel request was sent for it', async () => {
    const slow = read('SELECT pg_sleep($1)::text AS value', 'float');
    const controller = new AbortController();
    const doomed = slow({ p1: 30 }, { signal: controller.signal }).catch((error: unknown) => error);
    await expect.poll(() => database.running()).toBe(1);
    const reason = new ToolcribError('call_cancelled');
    controller.abort(reason);
    // Cancel requests are repeated and may come late: these would meet them.
    for (let round = 0; round < 12; round += 1) {
      const neighbours = await Promise.allSettled(Array.from({ length: 5 }, () => slow({ p1: 0.08 })));
      expect(neighbours.map(({ status }) => status)).toEqual(neighbours.map(() => 'fulfilled'));
    }
    expect(await doomed).toBe(reason);
  });

  test('a call aborted behind others is dropped alone', async () => {
    const quick = read('SELECT $1::text AS value', 'string');
    for (let index = 0; index < 50; index += 1) await quick({ p1: 'known' });
    const controllers = Array.from({ length: 20 }, () => new AbortController());
    const reason = new ToolcribError('call_cancelled');
    const runs = controllers.map(({ signal }, index) => value(quick({ p1: `${index}` }, { signal })));
    for (const [index, controller] of controllers.entries()) if (index % 3 === 1) controller.abort(reason);
    const results = await Promise.allSettled(runs);
    for (const [index, result] of results.entries()) {
      if (index % 3 === 1) expect(result).toEqual({ status: 'rejected', reason });
      else expect(result).toEqual({ status: 'fulfilled', value: `${index}` });
    }
  });
});

describe('reading only', () => {
  test('cannot be switched off by a statement, nor for the one right behind it', async () => {
    verifies('DBT-14');
    await database.query(`
      CREATE FUNCTION sneak() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
        PERFORM set_config('transaction_read_only', 'off', true);
        INSERT INTO thing (name) VALUES ('sneaked');
        RETURN 1;
      END $$;
      GRANT EXECUTE ON FUNCTION sneak() TO PUBLIC`);
    const off = read('SELECT set_config($1, $2, $3)', 'string', 'string', 'boolean');
    const hidden = read("WITH w AS (INSERT INTO thing (name) VALUES ('x') RETURNING name) SELECT * FROM w");
    await refusal(hidden({}));
    for (const p3 of [true, false]) {
      for (const p1 of ['default_transaction_read_only', 'transaction_read_only', 'session_replication_role']) {
        const opened = off({ p1, p2: 'off', p3 }).catch(() => undefined);
        const right_behind = Array.from({ length: 10 }, () => refusal(hidden({})));
        for (const run of right_behind) expect((await run).code).toBe('write_refused');
        await opened;
        expect((await refusal(hidden({}))).code).toBe('write_refused');
      }
    }
    await refusal(read('SELECT sneak()')({}));
    await refusal(
      read(
        "WITH a AS (SELECT set_config('transaction_read_only', 'off', true)), b AS (INSERT INTO thing (name) SELECT 'y' FROM a RETURNING 1) SELECT * FROM b",
      )({}),
    );
    expect(await things()).toBe(0);
  });

  test('cannot be switched off by a function, not even for the statement that is on its way behind it', async () => {
    verifies('DBT-14');
    await database.query(`
      CREATE FUNCTION open_up(really boolean) RETURNS text LANGUAGE plpgsql AS
        $$ BEGIN RETURN CASE WHEN really THEN set_config('default_transaction_read_only', 'off', false) END; END $$;
      GRANT EXECUTE ON FUNCTION open_up TO PUBLIC`);
    const open = read('SELECT open_up($1) AS value', 'boolean');
    const hidden = read("WITH w AS (INSERT INTO thing (name) VALUES ('x') RETURNING name) SELECT * FROM w");
    for (let index = 0; index < 30; index += 1) {
      await open({ p1: false });
      await refusal(hidden({}));
    }
    for (let round = 0; round < 20; round += 1) {
      // In one tick, so that they share a connection and a write.
      const opened = open({ p1: true });
      const refused = await Promise.all(Array.from({ length: 5 }, () => refusal(hidden({}))));
      expect(refused.map(({ code }) => code)).toEqual(refused.map(() => 'write_refused'));
      await opened;
      await open({ p1: false });
    }
    expect(await things()).toBe(0);
  });

  test.each([
    "DO $$ BEGIN PERFORM set_config('default_transaction_read_only', 'off', false); COMMIT; INSERT INTO thing (name) VALUES ('x'); END $$",
    "/* SELECT */ DO $x$ BEGIN SET TRANSACTION READ WRITE; INSERT INTO thing (name) VALUES ('x'); END $x$",
    '-- SELECT\nSET default_transaction_read_only = off',
    'BEGIN READ WRITE',
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY thing FROM '/etc/passwd'",
    'CALL anything()',
    'VACUUM',
    'PREPARE p AS SELECT 1',
    'LISTEN x',
  ])('does not run %s', async (statement) => {
    verifies('DBT-14');
    expect((await refusal(read(statement)({}))).code).toBe('write_refused');
    expect(await things()).toBe(0);
  });

  test('one statement means one', async () => {
    verifies('DBT-02');
    const stacked = source.prepare({
      text: "SELECT 1; INSERT INTO thing (name) VALUES ('x')",
      parameters: [],
      read_only: false,
    });
    const run = stacked.run([], runContext({ limits: generous }));
    expect((await refusal(run)).text).toContain('42601');
    expect(await things()).toBe(0);
  });
});

describe('sessions', () => {
  test('carry nothing from one call to the next', async () => {
    const setting = "SELECT coalesce(current_setting('app.person', true), '') AS value";
    await write("SET app.person = 'somebody'")({});
    await write('CREATE TEMPORARY TABLE left_over (id int)')({});
    await write('LISTEN channel')({});
    await write('BEGIN')({});
    await write('PREPARE left_over AS SELECT 1')({});
    await write("SELECT set_config('app.person', 'somebody', false), pg_advisory_lock(42)")({});
    await read("SELECT set_config('app.person', 'somebody', false)")({});
    await read('SELECT pg_advisory_lock(42)')({});
    for (const run of [write, read]) {
      for (let index = 0; index < 20; index += 1) expect(['', null]).toContain(await value(run(setting)({})));
      expect(await value(run("SELECT to_regclass('left_over')::text AS value")({}))).toBeNull();
    }
    await expect.poll(() => database.query("SELECT * FROM pg_locks WHERE locktype = 'advisory'")).toEqual([]);
  });

  test('prepare a statement again after its table has changed', async () => {
    for (const run of [read, write]) {
      const all = run('SELECT * FROM changing');
      await database.query('CREATE TABLE changing AS SELECT 1 AS a; GRANT SELECT ON changing TO PUBLIC');
      const answer = async (): Promise<unknown> =>
        (await Promise.all(Array.from({ length: 9 }, () => all({})))).at(-1)?.rows;
      expect(await answer()).toEqual([{ a: 1 }]);
      await database.query("ALTER TABLE changing ADD COLUMN b text DEFAULT 'new'");
      expect(await answer()).toEqual([{ a: 1, b: 'new' }]);
      await database.query('DROP TABLE changing');
      expect((await refusal(all({}))).text).toContain('undefined_table');
      await database.query('CREATE TABLE changing AS SELECT true AS a; GRANT SELECT ON changing TO PUBLIC');
      expect(await answer()).toEqual([{ a: true }]);
      await database.query('DROP TABLE changing');
    }
  });

  test('COPY to and from the client is refused, and the next call is served', async () => {
    for (const statement of ['COPY thing TO STDOUT', 'COPY thing FROM STDIN']) {
      expect((await refusal(write(statement)({}))).text).toContain('0A000');
      expect(await value(write('SELECT 1 AS value')({}))).toBe(1);
    }
  });

  test('a reading call survives the end of its connection; a writing one says that it does not know', async () => {
    const kill = (): Promise<unknown> =>
      database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%/* doomed */%' AND state = 'active' AND pid <> pg_backend_pid()",
      );
    const reading = read("SELECT /* doomed */ 'read' AS value FROM pg_sleep(1)")({});
    await expect.poll(() => database.running()).toBe(1);
    await kill();
    expect(await value(reading)).toBe('read');
    const writing = refusal(write("INSERT /* doomed */ INTO thing (name) SELECT 'w' FROM pg_sleep(1)")({}));
    await expect.poll(() => database.running()).toBe(1);
    await kill();
    expect((await writing).code).toBe('source_unavailable');
    expect(await things()).toBe(0);
    expect(await value(write('SELECT 1 AS value')({}))).toBe(1);
  });
});

describe('big results', () => {
  test('33 MB for each of four callers leave memory as it was', async () => {
    verifies('DBT-13');
    const one_row = read("SELECT repeat('x', 33000000) AS value");
    const many_rows = read("SELECT repeat('x', 33000) AS value FROM generate_series(1, 1000)");
    const endless = read("SELECT repeat('x', 1000000) AS value FROM generate_series(1, 999)");
    await Promise.all([one_row({}), many_rows({}), endless({})]);
    const before = process.memoryUsage.rss();
    let most = 0;
    const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
    for (let round = 0; round < 2; round += 1) {
      const runs = Array.from({ length: 4 }, () => [one_row({}), many_rows({}), endless({})]).flat();
      for (const result of await Promise.all(runs)) expect(result.truncated).toMatchObject({ by: 'bytes' });
    }
    clearInterval(timer);
    expect((most - before) / 1e6).toBeLessThan(120);
  });

  test('a wide row within the limit comes whole', async () => {
    const wide = read('SELECT $1::text AS value', 'string');
    const p1 = 'ö€\\"'.repeat(40_000);
    expect(await value(wide({ p1 }))).toBe(p1);
  });
});
