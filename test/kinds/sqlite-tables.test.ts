// The kinds that tell about the tables of a SQLite database, statements that callers write, and databases in memory.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { createLog } from '../../server/src/base/log.ts';
import type { RowsResult } from '../../server/src/catalog/result.ts';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import type { ToolKind } from '../../server/src/catalog/tool.ts';
import { sqliteExecuteSql } from '../../server/src/kinds/sqlite/sqlite-execute-sql.ts';
import { sqliteListTables } from '../../server/src/kinds/sqlite/sqlite-list-tables.ts';
import { sqliteSchema } from '../../server/src/kinds/sqlite/sqlite-schema.ts';
import { sqliteSource } from '../../server/src/kinds/sqlite/sqlite-source.ts';
import { closedNetwork } from '../support/closed-network.ts';
import { runContext } from '../support/run-context.ts';
import { verifies } from '../support/verifies.ts';
import { refusal } from './sql-kind-contract.ts';

let folder: string;
let source: SqlSource;

const open = (database: string): SqlSource =>
  sqliteSource.open('things', sqliteSource.fields.parse({ database }), {
    log: createLog({ level: 'silent' }),
    clock: systemClock,
    http: closedNetwork,
    base_folder: folder,
  }) as SqlSource;
const ask = async (
  kind: ToolKind,
  args: Record<string, string>,
  on = source,
  read_only = true,
): Promise<RowsResult> => {
  const run = kind.prepare({}, { name: 'tables', parameters: kind.parameters ?? [], read_only, source: on });
  return (await run({ table_names: '', output_format: 'detailed', ...args }, runContext())) as RowsResult;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-sqlite-'));
  const database = new DatabaseSync(join(folder, 'shop.db'));
  database.exec(`
    CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL DEFAULT 'nobody' UNIQUE);
    CREATE TABLE "order" (customer INTEGER REFERENCES customer (id), no INT, total REAL, PRIMARY KEY (customer, no));
    CREATE INDEX by_total ON "order" (total, no);
    CREATE VIEW big AS SELECT * FROM "order" WHERE total > 1000;
    CREATE TRIGGER watch BEFORE INSERT ON customer BEGIN SELECT 1; END;
    CREATE VIRTUAL TABLE words USING fts5(word);`);
  database.close();
  source = open('shop.db');
});
afterAll(async () => {
  await source.close();
  rmSync(folder, { recursive: true });
});

test('lists every table with all its details', async () => {
  verifies('DBT-05');
  const { rows, columns } = await ask(sqliteListTables, {});
  expect(columns[2]).toEqual({ name: 'object_details', type: 'json' });
  expect(rows.map((row) => row['object_name'])).toEqual(['customer', 'order', 'words']);
  expect(rows[0]?.['object_details']).toMatchObject({
    object_type: 'TABLE',
    columns: [
      { column_name: 'id', data_type: 'INTEGER', ordinal_position: 1, is_primary_key: true },
      { column_name: 'name', data_type: 'VARCHAR(40)', is_not_nullable: true, column_default: "'nobody'" },
    ],
    indexes: [{ is_unique: true, index_columns: ['name'] }],
    triggers: [{ trigger_name: 'watch' }],
  });
  expect(rows[1]?.['object_details']).toMatchObject({
    constraints: [
      {
        constraint_columns: ['customer'],
        foreign_key_referenced_table: 'customer',
        foreign_key_referenced_columns: ['id'],
      },
    ],
    indexes: [{ index_name: 'by_total', index_columns: ['total', 'no'] }, { is_primary: true }],
  });
});

test.each([
  [' CUSTOMER ,main.order', ['customer', 'order']],
  [String.raw`a"b\,x'`, []],
])('lists the tables of these names: %s', async (table_names, expected) => {
  verifies('DBT-05');
  const { rows } = await ask(sqliteListTables, { table_names, output_format: 'simple' });
  expect(rows.map((row) => row['object_details'])).toEqual(expected.map((name) => ({ name })));
});

test('tells every column of tables and views', async () => {
  verifies('DBT-05');
  const { rows } = await ask(sqliteSchema, { table_names: 'customer,order,big' });
  expect(rows.map(({ table_type, table_name, column_name }) => [table_type, table_name, column_name])).toEqual([
    ...[
      ['view', 'big', 'customer'],
      ['view', 'big', 'no'],
      ['view', 'big', 'total'],
    ],
    ...[
      ['table', 'customer', 'id'],
      ['table', 'customer', 'name'],
    ],
    ...[
      ['table', 'order', 'customer'],
      ['table', 'order', 'no'],
      ['table', 'order', 'total'],
    ],
  ]);
  expect(rows[4]).toMatchObject({ data_type: 'VARCHAR(40)', is_nullable: 0, column_default: "'nobody'" });
  expect(rows[5]).toMatchObject({ is_primary_key: 1, referenced_column: 'customer.id' });
  expect(rows[7]).toMatchObject({ is_primary_key: 0, referenced_column: null, indexes: ['by_total'] });
});

describe('a statement that the caller writes', () => {
  const execute = (sql: string, read_only = true): Promise<RowsResult> =>
    ask(sqliteExecuteSql, { sql }, source, read_only);

  test('runs, and writes only where the tool may', async () => {
    verifies('DBT-05', 'DBT-14');
    expect((await execute('SELECT count(*) AS n FROM customer')).rows).toEqual([{ n: 0 }]);
    const insert = "INSERT INTO customer (name) VALUES ('ada')";
    expect((await refusal(execute(insert))).code).toBe('write_refused');
    expect(await execute(insert, false)).toMatchObject({ affected_rows: 1 });
  });

  test.each(['SELECT 1; DELETE FROM customer', 'SELECT', "ATTACH 'x.db' AS x", 'PRAGMA query_only = OFF'])(
    'is refused: %s',
    async (sql) => {
      verifies('DBT-14');
      expect((await refusal(execute(sql))).code).toBe('statement_failed');
    },
  );
});

describe('a database in memory', () => {
  test.each([':memory:', 'file:shared?mode=memory&cache=shared'])(
    '%s is shared by the tools of its source, and gone with it',
    async (database) => {
      verifies('DBT-05');
      const mine = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('toolcrib-memory-'));
      const before = mine();
      const memory = open(database);
      await memory.probe(new AbortController().signal);
      await ask(sqliteExecuteSql, { sql: 'CREATE TABLE t (a)' }, memory, false);
      await ask(sqliteExecuteSql, { sql: 'INSERT INTO t VALUES (1)' }, memory, false);
      expect((await ask(sqliteExecuteSql, { sql: 'SELECT a FROM t' }, memory)).rows).toEqual([{ a: 1 }]);
      const made = mine().filter((name) => !before.includes(name));
      expect(made.length).toBeGreaterThan(0);
      await memory.close();
      expect(made.some((name) => !existsSync(join(tmpdir(), name)))).toBe(true);
    },
  );

  test('file:…?mode=ro opens a file that no tool may write', async () => {
    verifies('DBT-14');
    const read_only = open('file:shop.db?mode=ro');
    const insert = { sql: "INSERT INTO customer (name) VALUES ('eve')" };
    expect((await refusal(ask(sqliteExecuteSql, insert, read_only, false))).code).toBe('write_refused');
    await read_only.close();
  });
});
