// What is particular to SQLite: what a statement cannot reach, types, and processes that never outlive their use.
import { systemClock } from '../../server/src/base/clock.ts';
import { closedNetwork } from '../support/closed-network.ts';
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ArgumentValue } from '../../server/src/catalog/parameters.ts';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import { sqliteSource } from '../../server/src/kinds/sqlite/sqlite-source.ts';
import { sqliteSql } from '../../server/src/kinds/sqlite/sqlite-sql.ts';
import { verifies } from '../support/verifies.ts';
import { parameter, prepareTool, refusal } from './sql-kind-contract.ts';
import { runContext } from '../support/run-context.ts';

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };
const endless = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c';

let folder: string;
let source: SqlSource;
const open = (database: string): SqlSource =>
  sqliteSource.open(
    'things',
    { database },
    { log, clock: systemClock, http: closedNetwork, base_folder: folder },
  ) as SqlSource;
const tool = (
  statement: string,
  read_only: boolean,
  types: Readonly<Record<string, Parameters<typeof parameter>[1]>> = {},
) =>
  prepareTool(sqliteSql, source, {
    statement,
    read_only,
    parameters: Object.entries(types).map(([name, type]) => parameter(name, type)),
  });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-sqlite-'));
  const database = new DatabaseSync(join(folder, 'things.db'));
  database.exec(`CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE, weight REAL);
    INSERT INTO thing VALUES (1, 'one', 1.5), (2, 'two', NULL)`);
  database.close();
  source = open('things.db');
});
afterAll(async () => {
  await source.close();
  rmSync(folder, { recursive: true });
});

describe('out of reach', () => {
  test.each([
    "ATTACH '{folder}/other.db' AS other",
    "VACUUM INTO '{folder}/other.db'",
    'DETACH main',
    'PRAGMA writable_schema = ON',
    'PRAGMA query_only = OFF',
    'PRAGMA journal_mode = DELETE',
    "SELECT load_extension('{folder}/other')",
    'BEGIN',
    'SAVEPOINT here',
    'CREATE TEMP TABLE left_over (id)',
    "UPDATE sqlite_schema SET sql = 'x'",
  ])('%s', async (statement) => {
    verifies('DBT-14');
    for (const read_only of [true, false]) {
      const run = tool(statement.replaceAll('{folder}', folder), read_only)({});
      expect(['statement_failed', 'write_refused']).toContain((await refusal(run)).code);
    }
    expect(existsSync(join(folder, 'other.db'))).toBe(false);
    expect((await tool('SELECT count(*) AS n FROM thing', false)({})).rows).toEqual([{ n: 2 }]);
  });

  test('the schema may be looked at', async () => {
    const { rows } = await tool("SELECT name FROM pragma_table_info('thing')", true)({});
    expect(rows).toEqual([{ name: 'id' }, { name: 'name' }, { name: 'weight' }]);
  });

  test('the second of two statements is not silently left out', async () => {
    const two = source.prepare({ text: 'SELECT 1; DELETE FROM thing', parameters: [], read_only: false });
    const run = two.run([], runContext({ limits: { rows: 1, bytes: 1_000 } }));
    expect((await refusal(run)).text).toContain('42601');
  });

  test('a missing file is not made, and what is no database is said to be unavailable', async () => {
    writeFileSync(join(folder, 'text.db'), 'This is text. '.repeat(1_000));
    for (const file of ['missing.db', 'text.db']) {
      const other = open(file);
      for (const read_only of [true, false]) {
        const run = prepareTool(sqliteSql, other, { statement: 'CREATE TABLE IF NOT EXISTS t (id)', read_only })({});
        expect((await refusal(run)).code).toBe('source_unavailable');
      }
      await other.close();
    }
    expect(existsSync(join(folder, 'missing.db'))).toBe(false);
  });
});

test('types arrive exactly, and numbers are bound as what they are', async () => {
  verifies('DBT-17');
  const types = { i: 'integer', f: 'float', b: 'boolean', s: 'string', a: 'array' } as const;
  const statement = `SELECT :i AS i, typeof(:i) AS ti, :f AS f, typeof(:f) AS tf, :b AS b, :s AS s, :a AS a,
    x'00ff10' AS blob, 9e999 AS infinite, 9223372036854775807 AS big`;
  const args: Readonly<Record<string, ArgumentValue>> = { i: 3, f: 3, b: false, s: '', a: ['x', 1n, null] };
  expect((await tool(statement, true, types)(args)).rows).toEqual([
    {
      i: 3,
      ti: 'integer',
      f: 3,
      tf: 'real',
      b: 0,
      s: '',
      a: '["x",1,null]',
      blob: 'AP8Q',
      infinite: 'Infinity',
      big: '9223372036854775807',
    },
  ]);
});

test('reading goes on while an endless statement runs, and writers wait for each other', async () => {
  verifies('DBT-15');
  const controller = new AbortController();
  const stuck = tool(endless, true)({}, { signal: controller.signal });
  const settled = Promise.allSettled([stuck]);
  for (let index = 0; index < 20; index += 1) {
    expect((await tool('SELECT ?1 + 1 AS n', true, { n: 'integer' })({ n: index })).rows).toEqual([{ n: index + 1 }]);
  }
  const insert = tool('INSERT INTO thing (name) VALUES (?)', false, { name: 'string' });
  const done = await Promise.all(Array.from({ length: 20 }, (_, index) => insert({ name: `parallel ${index}` })));
  expect(done.every(({ affected_rows }) => affected_rows === 1)).toBe(true);
  await tool("DELETE FROM thing WHERE name LIKE 'parallel %'", false)({});
  controller.abort(new Error('enough'));
  await settled;
});

test('an endless statement does not outlive a server that was killed', async () => {
  const program = join(folder, 'server.mjs');
  const module = (path: string): string =>
    JSON.stringify(new URL(`../../server/src/kinds/sqlite/${path}`, import.meta.url));
  writeFileSync(
    program,
    `import { sqliteSource } from ${module('sqlite-source.ts')};
     import { systemClock } from ${module('../../base/clock.ts')};
     const source = sqliteSource.open('things', { database: 'things.db' }, { log: console, clock: systemClock, base_folder: ${JSON.stringify(folder)} });
     source.prepare({ text: ${JSON.stringify(endless)}, parameters: [], read_only: true })
       .run([], { signal: new AbortController().signal, limits: { rows: 1, bytes: 1000 }, skip_rows: 0 });`,
  );
  const before = new Set(runners());
  const server = fork(program);
  const mine = (): readonly string[] => runners().filter((pid) => !before.has(pid));
  await expect.poll(() => mine().some((pid) => computedTicks(pid) > 100), { timeout: 10_000 }).toBe(true);
  server.kill('SIGKILL');
  await expect.poll(mine, { timeout: 5_000 }).toEqual([]);
});

function runners(): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`sqlite-runner.ts\0${folder}`);
    } catch {
      return false;
    }
  });
}

/** Processor time of a process in hundredths of a second: more than it takes to start. */
function computedTicks(pid: string): number {
  return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[13]);
}
