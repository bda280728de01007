// Template parameters on real databases: a quoted value is what the caller sent, and nothing gets out of its place.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { ToolcribError } from '../../server/src/base/errors.ts';
import { limits } from '../../server/src/base/limits.ts';
import { createLog } from '../../server/src/base/log.ts';
import type { ArgumentValue, EscapeStyle, Parameter } from '../../server/src/catalog/parameters.ts';
import type { RowsResult } from '../../server/src/catalog/result.ts';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import { postgresSql } from '../../server/src/kinds/postgres/postgres-sql.ts';
import { sqliteSource } from '../../server/src/kinds/sqlite/sqlite-source.ts';
import { sqliteSql } from '../../server/src/kinds/sqlite/sqlite-sql.ts';
import { closedNetwork } from '../support/closed-network.ts';
import { runContext } from '../support/run-context.ts';
import { verifies } from '../support/verifies.ts';
import { createPlantedDatabase, openPostgres } from './postgres-subject.ts';
import type { PlantedDatabase } from './postgres-subject.ts';
import { parameter } from './sql-kind-contract.ts';

let folder: string;
let database: PlantedDatabase;
let sources: Readonly<Record<'postgres' | 'sqlite', SqlSource>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-template-'));
  const file = new DatabaseSync(join(folder, 'x.db'));
  file.exec('CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT)');
  file.close();
  database = await createPlantedDatabase();
  const deps = { log: createLog({ level: 'silent' }), clock: systemClock, http: closedNetwork, base_folder: folder };
  sources = {
    postgres: openPostgres(database.url),
    sqlite: sqliteSource.open('things', { database: 'x.db' }, deps) as SqlSource,
  };
});
afterAll(async () => {
  await Promise.all(Object.values(sources).map((source) => source.close()));
  await database.remove();
  rmSync(folder, { recursive: true });
});

interface Use {
  readonly statement: string;
  readonly escape?: EscapeStyle;
  readonly type?: Parameter['type'];
  readonly bound?: readonly Parameter[];
}

function tool(name: 'postgres' | 'sqlite', { statement, escape, type = 'string', bound = [] }: Use) {
  const kind = name === 'postgres' ? postgresSql : sqliteSql;
  const template = { unsafe: false, ...(escape === undefined ? {} : { escape }) };
  const parameters = [...bound, { ...parameter('x', type), required: true, template }];
  expect(kind.check({ statement }, { parameters, read_only: true })).toEqual([]);
  const run = kind.prepare({ statement }, { name: 't', parameters, read_only: true, source: sources[name] });
  return async (x: ArgumentValue, more: Record<string, ArgumentValue> = {}): Promise<RowsResult> =>
    (await run({ ...more, x }, runContext())) as RowsResult;
}

const hostile = [
  "'",
  "''",
  "\\'",
  "'; DROP TABLE thing; --",
  '"',
  '""; --',
  '`',
  ']',
  '$$',
  '$1',
  '?',
  ':x',
  '/*',
  '--',
  '\n',
  '{{.x}}',
  '\u2028',
];
const texts = fc.oneof(
  fc.array(fc.constantFrom(...hostile), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('\0') && text.isWellFormed()),
);

describe.each(['postgres', 'sqlite'] as const)('%s', (name) => {
  test('a quoted text is the text that was sent', async () => {
    verifies('DBT-02', 'DBT-06');
    const echo = tool(name, { statement: 'SELECT {{.x}} AS value', escape: 'single-quotes' });
    await fc.assert(
      fc.asyncProperty(texts, async (x) => {
        expect((await echo(x)).rows).toEqual([{ value: x }]);
      }),
      { numRuns: 200 },
    );
  });

  test('a quoted name is the name that was sent', async () => {
    verifies('DBT-02', 'DBT-06');
    const styles: readonly EscapeStyle[] =
      name === 'postgres' ? ['double-quotes'] : ['double-quotes', 'backticks', 'square-brackets'];
    for (const escape of styles) {
      const echo = tool(name, { statement: 'SELECT 1 AS {{.x}}', escape });
      // PostgreSQL cuts names after 63 bytes.
      const names = texts.filter((text) => Buffer.byteLength(text) < 64);
      await fc.assert(
        fc.asyncProperty(names, async (x) => {
          expect((await echo(x)).columns.map((column) => column.name)).toEqual([x]);
        }),
        { numRuns: 60 },
      );
    }
  });

  test('names without quotes, with bound values beside them', async () => {
    verifies('DBT-02', 'DBT-06');
    const placeholder = name === 'postgres' ? '$1' : '?';
    const bound = [parameter('n', 'integer')];
    const count = tool(name, { statement: `SELECT count(*) AS n FROM {{.x}} WHERE id = ${placeholder}`, bound });
    expect((await count(name === 'postgres' ? 'public.thing' : 'main.thing', { n: 1 })).rows).toEqual([{ n: 0 }]);
    const refused = [
      'thing; DROP TABLE thing',
      'thing --',
      'thing t',
      '(SELECT 1)',
      "x'",
      '"thing"',
      '1',
      '',
      'a.b.c.d',
      'ß',
      null,
    ];
    for (const x of refused) {
      const thrown: unknown = await count(x, { n: 1 }).catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(ToolcribError);
      expect((thrown as ToolcribError).toPublic()).toMatchObject({
        code: 'arguments_invalid',
        faults: [{ path: 'x' }],
      });
    }
  });

  test('lists and numbers', async () => {
    verifies('DBT-06');
    const columns = tool(name, { statement: 'SELECT {{array .x}} FROM thing', type: 'array' });
    expect((await columns(['id', 'name'])).columns.map((column) => column.name)).toEqual(['id', 'name']);
    const bad = await columns(['id', 'name; --']).catch((error: unknown) => error);
    expect((bad as ToolcribError).faults).toMatchObject([{ path: 'x[1]' }]);
    expect(((await columns([]).catch((error: unknown) => error)) as ToolcribError).code).toBe('arguments_invalid');
    const minus = tool(name, { statement: 'SELECT 1-{{.x}} AS value', type: 'integer' });
    expect((await minus(-2)).rows).toEqual([{ value: 3 }]);
    expect((await minus(9223372036854775806n)).rows).toEqual([{ value: '-9223372036854775805' }]);
  });

  test('more combinations than are kept all answer', async () => {
    verifies('DBT-06');
    const echo = tool(name, { statement: 'SELECT {{.x}} AS value', type: 'integer' });
    const many = Array.from({ length: limits.template_statements + 20 }, (_, index) => index);
    const seen = await Promise.all(many.map(async (x) => (await echo(x)).rows[0]?.['value']));
    expect(seen).toEqual(many);
  });
});
