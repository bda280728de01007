// What the kinds of Spanner do beyond the contract of SQL kinds: types, transactions, sessions, errors.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ToolcribError } from '../../server/src/base/errors.ts';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import { systemClock } from '../../server/src/base/clock.ts';
import { limits } from '../../server/src/base/limits.ts';
import type { Arguments, Parameter } from '../../server/src/catalog/parameters.ts';
import { spannerSource } from '../../server/src/kinds/spanner/spanner-source.ts';
import { spannerSql } from '../../server/src/kinds/spanner/spanner-sql.ts';
import type { SpannerDialect } from '../../server/src/kinds/spanner/spanner-types.ts';
import { createLog } from '../../server/src/base/log.ts';
import { findSpannerEmulator } from '../support/spanner.ts';
import type { SpannerEmulator } from '../support/spanner.ts';
import { verifies } from '../support/verifies.ts';
import { dialects, startSpannerDatabases } from './spanner-databases.ts';
import type { SpannerDatabases } from './spanner-databases.ts';
import { marker, parameter, prepareTool, refusal } from './sql-kind-contract.ts';

const path = findSpannerEmulator();
// Skipped: Google's emulator is not here; test/support/spanner.ts says how to get it.
describe.skipIf(path === undefined)('spanner', () => {
  let emulator: SpannerEmulator;
  let databases: SpannerDatabases['databases'];
  let sources: SpannerDatabases['sources'];
  let stop: SpannerDatabases['stop'];
  const run = (
    dialect: SpannerDialect,
    statement: string,
    options: { parameters?: readonly Parameter[]; args?: Arguments; read_only?: boolean } = {},
  ) => {
    const { parameters = [], args = {}, read_only = true } = options;
    return prepareTool(spannerSql, sources[dialect], { statement, parameters, read_only })(args);
  };
  const databasePath = (dialect: SpannerDialect): string => {
    const { project, instance, database } = databases[dialect].ids;
    return `projects/${project}/instances/${instance}/databases/${database}`;
  };

  beforeAll(async () => {
    ({ emulator, databases, sources, stop } = await startSpannerDatabases(path ?? ''));
  });
  afterAll(() => stop());

  test('values of GoogleSQL arrive as written', async () => {
    verifies('DBT-03', 'DBT-17');
    const result = await run(
      'googlesql',
      `SELECT 9007199254740991 AS i, 9007199254740993 AS big, -9223372036854775808 AS least, 1.5 AS f, CAST('NaN' AS FLOAT64) AS nan,
        CAST('-inf' AS FLOAT64) AS inf, CAST(0.5 AS FLOAT32) AS f32, NUMERIC '12.50' AS num, NUMERIC '99999999999999999999.123456789' AS exact,
        TIMESTAMP '2020-02-29 23:59:59.123456789+00' AS ts, DATE '2020-02-29' AS d, b'hi\\x00\\xff' AS b, JSON '{"a": [1, null, "x"]}' AS j,
        [1, NULL, 9007199254740993] AS list, [STRUCT(1 AS x, 2 AS x, [NUMERIC '0.1'] AS l, JSON '3' AS __proto__)] AS structs,
        CAST(NULL AS ARRAY<STRING>) AS none, CAST(NULL AS INT64) AS nothing, TRUE AS yes`,
    );
    expect(JSON.parse(JSON.stringify(result.rows))).toEqual([
      {
        ...{ i: 9007199254740991, big: '9007199254740993', least: '-9223372036854775808', f: 1.5, nan: 'NaN' },
        ...{ inf: '-Infinity', f32: 0.5, num: 12.5, exact: '99999999999999999999.123456789' },
        ...{ ts: '2020-02-29T23:59:59.123456789Z', d: '2020-02-29', b: 'aGkA/w==', j: { a: [1, null, 'x'] } },
        list: [1, null, '9007199254740993'],
        structs: [JSON.parse('{"x": 1, "x_2": 2, "l": [0.1], "__proto__": 3}')],
        ...{ none: null, nothing: null, yes: true },
      },
    ]);
    expect(result.columns.map(({ type }) => type)).toEqual([
      ...[
        'INT64',
        'INT64',
        'INT64',
        'FLOAT64',
        'FLOAT64',
        'FLOAT64',
        'FLOAT32',
        'NUMERIC',
        'NUMERIC',
        'TIMESTAMP',
        'DATE',
      ],
      ...['BYTES', 'JSON', 'ARRAY<INT64>', 'ARRAY<STRUCT<x INT64, x INT64, l ARRAY<NUMERIC>, __proto__ JSON>>'],
      ...['ARRAY<STRING>', 'INT64', 'BOOL'],
    ]);
  });

  test('values of the PostgreSQL dialect arrive as written', async () => {
    verifies('DBT-03', 'DBT-17');
    const result = await run(
      'postgresql',
      `SELECT 9007199254740991 AS i, 9007199254740993 AS big, 1.5::float8 AS f, 'NaN'::float8 AS nan, '-Infinity'::float8 AS inf,
        12.50::numeric AS num, 99999999999999999999.123456789::numeric AS exact, 'NaN'::numeric AS no_number,
        '2020-02-29 23:59:59.123456+00'::timestamptz AS ts, '2020-02-29'::date AS d, '\\x6869'::bytea AS b,
        '{"a": [1, null, "x"]}'::jsonb AS j, ARRAY[1, NULL, 9007199254740993] AS list, NULL::varchar AS nothing, true AS yes`,
    );
    expect(result.rows).toEqual([
      {
        ...{ i: 9007199254740991, big: '9007199254740993', f: 1.5, nan: 'NaN', inf: '-Infinity', num: 12.5 },
        ...{ exact: '99999999999999999999.123456789', no_number: 'NaN', ts: '2020-02-29T23:59:59.123456Z' },
        ...{ d: '2020-02-29', b: 'aGk=', j: { a: [1, null, 'x'] }, list: [1, null, '9007199254740993'] },
        ...{ nothing: null, yes: true },
      },
    ]);
    expect(result.columns.map(({ type }) => type)).toEqual([
      ...[
        'bigint',
        'bigint',
        'double precision',
        'double precision',
        'double precision',
        'numeric',
        'numeric',
        'numeric',
      ],
      ...['timestamp with time zone', 'date', 'bytea', 'jsonb', 'bigint[]', 'character varying', 'boolean'],
    ]);
  });

  test.each(dialects)('values and lists longer than one piece of an answer are whole (%s)', async (dialect) => {
    verifies('DBT-17');
    const statement = {
      googlesql:
        "SELECT n, REPEAT('é', 300000) AS a, [REPEAT('b', 400000), NULL, REPEAT('c', 500000)] AS l, n AS last FROM number WHERE n < 4 ORDER BY n",
      postgresql:
        "SELECT n, repeat('é', 300000) AS a, ARRAY[repeat('b', 400000), NULL, repeat('c', 500000)] AS l, n AS last FROM number WHERE n < 4 ORDER BY n",
    }[dialect];
    const long = prepareTool(spannerSql, sources[dialect], { statement });
    const row = (n: number): unknown => ({
      n,
      a: 'é'.repeat(300_000),
      l: ['b'.repeat(400_000), null, 'c'.repeat(500_000)],
      last: n,
    });
    const wide = { rows: 10, bytes: 16 * 1024 * 1024 };
    expect((await long({}, { limits: wide })).rows).toEqual([row(1), row(2), row(3)]);
    expect((await long({}, { limits: wide, skip_rows: 2 })).rows).toEqual([row(3)]);
    const cut = await long({}, { limits: { rows: 10, bytes: 2_000_000 } });
    expect(cut.rows).toEqual([row(1)]);
    expect(cut.truncated).toEqual({ by: 'bytes', limit: 2_000_000 });
    // What is not wanted any more is not sent any more.
    await expect.poll(() => emulator.running()).toBe(0);
  });

  test.each(dialects)('parameters are bound with their types (%s)', async (dialect) => {
    verifies('DBT-03');
    const list = (type: Parameter['type']): Parameter => ({
      ...parameter('list', 'array'),
      items: parameter('item', type),
    });
    const statements = {
      googlesql: 'SELECT @list AS list, @map AS map, @MAP AS again, @none AS none, @n + 1 AS more, @f AS f',
      postgresql: 'SELECT $1 AS list, $2 AS map, $2 AS again, $3 AS none, $4 + 1 AS more, $5 AS f',
    };
    const parameters = [
      list('integer'),
      parameter('map', 'map'),
      parameter('none', 'string'),
      parameter('n', 'integer'),
      parameter('f', 'float'),
    ];
    const args = {
      list: [1, null, 9007199254740993n],
      map: { a: [1, 'x'], b: null, c: 9007199254740993n },
      none: null,
      n: 9007199254740993n,
      f: 3,
    };
    const { rows, columns } = await run(dialect, statements[dialect], { parameters, args });
    const map = { a: [1, 'x'], b: null, c: 9007199254740992 };
    expect(rows).toEqual([
      { list: [1, null, '9007199254740993'], map, again: map, none: null, more: '9007199254740994', f: 3 },
    ]);
    expect(columns[5]?.type).toBe({ googlesql: 'FLOAT64', postgresql: 'double precision' }[dialect]);
    for (const [type, value] of [
      ['boolean', [true, null]],
      ['float', [0.5]],
      ['string', []],
      ['map', [{ a: 1 }]],
    ] as const) {
      const echo = { googlesql: 'SELECT @list AS list', postgresql: 'SELECT $1 AS list' }[dialect];
      expect((await run(dialect, echo, { parameters: [list(type)], args: { list: value } })).rows).toEqual([
        { list: value },
      ]);
    }
    const absent = { googlesql: 'SELECT @list IS NULL AS list', postgresql: 'SELECT $1 IS NULL AS list' }[dialect];
    expect((await run(dialect, absent, { parameters: [list('map')] })).rows).toEqual([{ list: true }]);
  });

  test.each(dialects)('failures have the code and the name of PostgreSQL (%s)', async (dialect) => {
    const writes: readonly (readonly [string, string])[] = [
      ['INSERT INTO child (id, thing, n) VALUES (1, 99, 1)', 'SQLSTATE 23503, foreign_key_violation'],
      ['INSERT INTO child (id, n) VALUES (1, 1)', 'SQLSTATE 23502, not_null_violation'],
      ['INSERT INTO number (n) VALUES (-1)', 'SQLSTATE 23514, check_violation'],
      ['CREATE TABLE other (id bigint)', 'SQLSTATE 0A000, feature_not_supported'],
      [`SELECT '${marker}' FROM`, 'SQLSTATE 42601, syntax_error'],
      [`SELECT * FROM ${marker}`, 'SQLSTATE 42P01, undefined_table'],
      [`SELECT ${marker} FROM thing`, 'SQLSTATE 42703, undefined_column'],
      [`SELECT ${marker}()`, 'SQLSTATE 42883, undefined_function'],
      ['SELECT 1 / 0', 'SQLSTATE 22012, division_by_zero'],
      ['SELECT 9223372036854775807 + 1', 'SQLSTATE 22003, numeric_value_out_of_range'],
    ];
    for (const [statement, expected] of writes) {
      const { code, text } = await refusal(run(dialect, statement, { read_only: false }));
      expect([statement, code, text]).toEqual([statement, 'statement_failed', expect.stringContaining(expected)]);
    }
  });

  test('a transaction that Spanner aborts is run again until it can be, or until the call is over', async () => {
    verifies('DBT-03');
    const insert = prepareTool(spannerSql, sources.googlesql, {
      statement: "INSERT INTO thing (name) VALUES ('late')",
      read_only: false,
    });
    const begun = await holdTransaction(emulator, databasePath('googlesql'));
    const before = emulator.requests.length;
    const attempts = (): number =>
      emulator.requests.slice(before).filter((one) => one.endsWith(':beginTransaction')).length;
    const controller = new AbortController();
    const [late, stopped] = [insert({}), insert({}, { signal: controller.signal })];
    await expect.poll(attempts).toBeGreaterThan(6);
    const reason = new ToolcribError('call_timed_out', { params: { timeout_ms: 1 } });
    controller.abort(reason);
    await expect(stopped).rejects.toBe(reason);
    await begun.end();
    expect((await late).affected_rows).toBe(1);
    expect((await run('googlesql', "DELETE FROM thing WHERE name = 'late'", { read_only: false })).affected_rows).toBe(
      1,
    );
  });

  test('a cancelled or failed write is rolled back at once', async () => {
    verifies('DBT-13');
    const controller = new AbortController();
    const slow =
      'INSERT INTO thing (name) SELECT CAST(COUNT(*) AS STRING) FROM number a, number b WHERE a.n <= 1000 AND b.n <= 1000';
    const running = prepareTool(spannerSql, sources.googlesql, { statement: slow, read_only: false })(
      {},
      { signal: controller.signal },
    );
    await expect.poll(() => emulator.running()).toBe(1);
    const before = emulator.requests.length;
    const reason = new ToolcribError('call_cancelled');
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    const ends = (): readonly string[] =>
      emulator.requests.slice(before).filter((one) => /:rollback$|^DELETE/.test(one));
    // The end of the session is what stops a statement in Spanner; the emulator runs it to its end before it rolls back.
    const patient = { timeout: 20_000 };
    await expect.poll(ends, patient).toEqual([expect.stringMatching(/:rollback$/), expect.stringMatching(/^DELETE/)]);
    expect((await run('googlesql', "DELETE FROM thing WHERE name = 'none'", { read_only: false })).affected_rows).toBe(
      0,
    );
    await refusal(run('googlesql', 'INSERT INTO thing (nothing) VALUES (1)', { read_only: false }));
    expect((await run('googlesql', 'SELECT COUNT(*) AS n FROM thing')).rows).toEqual([{ n: 0 }]);
    await expect.poll(ends).toHaveLength(3);
  });

  test.each(dialects)(
    'a session that Spanner has forgotten is replaced, for reading and for writing (%s)',
    async (dialect) => {
      for (const [statement, read_only] of [
        ['SELECT 1 AS n', true],
        ["DELETE FROM thing WHERE name = 'x'", false],
      ] as const) {
        await run(dialect, 'SELECT 1 AS n');
        const { sessions } = (await emulator.send('GET', `${databasePath(dialect)}/sessions`)) as {
          sessions: { name: string }[];
        };
        for (const { name } of sessions) await emulator.send('DELETE', name);
        await expect(run(dialect, statement, { read_only })).resolves.toMatchObject({ kind: 'rows' });
      }
    },
  );

  test('sessions are bounded, used again, and ended with the source', async () => {
    const source = databases.googlesql.open();
    const echo = prepareTool(spannerSql, source, { statement: 'SELECT 1 AS n' });
    const before = emulator.requests.length;
    await Promise.all(Array.from({ length: limits.spanner_sessions * 3 }, () => echo({})));
    const created = emulator.requests.slice(before).filter((one) => one.endsWith('/sessions')).length;
    expect(created).toBeLessThanOrEqual(limits.spanner_sessions);
    await echo({});
    expect(emulator.requests.slice(before).filter((one) => one.endsWith('/sessions'))).toHaveLength(created);
    await source.close();
    expect(emulator.requests.slice(before).filter((one) => one.startsWith('DELETE'))).toHaveLength(created);
  });

  test('a database that is not there cannot be reached, and neither can what the operator has not allowed', async () => {
    const absent = databases.googlesql.open({ database: `${marker}_none` });
    expect((await refusal(prepareTool(spannerSql, absent, { statement: 'SELECT 1' })({}))).code).toBe(
      'source_unavailable',
    );
    const http = createHttpClient({ allowed_private: [] });
    const config = spannerSource.fields.parse({ ...databases.googlesql.ids, emulator_host: emulator.host });
    const deps = { log: createLog({ level: 'silent' }), clock: systemClock, http, base_folder: '.' };
    const guarded = spannerSource.open('things', config, deps);
    expect((await refusal(guarded.probe(new AbortController().signal))).code).toBe('address_refused');
    await Promise.all([absent.close(), guarded.close(), http.close()]);
  });

  test('a statement in the other dialect than the source is a fault of the file', () => {
    const tool = { name: 'tool', parameters: [parameter('a', 'string')], read_only: true, source: sources.postgresql };
    const prepare = (): unknown => spannerSql.prepare({ statement: 'SELECT @a' }, tool);
    expect(prepare).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    expect(spannerSql.check({ statement: 'SELECT @b' }, tool)).toMatchObject([
      { message: 'The placeholder @b has no parameter' },
      { path: 'parameters[0]' },
    ]);
  });
});

/** A read-write transaction of somebody else, who has written in it and takes their time. */
async function holdTransaction(emulator: SpannerEmulator, database: string): Promise<{ end(): Promise<unknown> }> {
  const { name } = (await emulator.send('POST', `${database}/sessions`, {})) as { name: string };
  const { id } = (await emulator.send('POST', `${name}:beginTransaction`, { options: { readWrite: {} } })) as {
    id: string;
  };
  await emulator.send('POST', `${name}:executeSql`, {
    ...{ sql: "INSERT INTO thing (name) VALUES ('held')", transaction: { id }, seqno: '1' },
  });
  return { end: () => emulator.send('POST', `${name}:rollback`, { transactionId: id }) };
}
