// Statements that callers write, on a real PostgreSQL: one at a time, nothing of them kept, no way out of read-only.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import type { RowsResult } from '../../server/src/catalog/result.ts';
import { postgresExecuteSql } from '../../server/src/kinds/postgres/postgres-execute-sql.ts';
import { postgresSql } from '../../server/src/kinds/postgres/postgres-sql.ts';
import { runContext } from '../support/run-context.ts';
import { verifies } from '../support/verifies.ts';
import { createPlantedDatabase, openPostgres } from './postgres-subject.ts';
import type { PlantedDatabase } from './postgres-subject.ts';
import { generous, parameter, prepareTool, refusal } from './sql-kind-contract.ts';

let database: PlantedDatabase;
let source: SqlSource;

const execute = (sql: string, read_only = true): Promise<RowsResult> =>
  postgresExecuteSql.prepare({}, { name: 'run', parameters: [], read_only, source })(
    { sql },
    runContext({ limits: generous }),
  ) as Promise<RowsResult>;

beforeAll(async () => {
  database = await createPlantedDatabase();
  source = openPostgres(database.url, { max_connections: 4 });
});
afterAll(async () => {
  await source.close();
  await database.remove();
});

test('runs, answers rows and counts', async () => {
  verifies('DBT-05');
  expect((await execute('SELECT 1 AS one, $$a$$ AS a')).rows).toEqual([{ one: 1, a: 'a' }]);
  expect(await execute("INSERT INTO thing (name) VALUES ('x'), ('y')", false)).toMatchObject({ affected_rows: 2 });
  expect(await execute('CREATE TABLE made (id int)', false)).toMatchObject({ rows: [] });
  expect((await execute('SHOW server_encoding')).rows).toEqual([{ server_encoding: 'UTF8' }]);
  expect((await execute('SELECT generate_series(1, 5000)')).truncated).toEqual({ by: 'rows', limit: 1_000 });
});

test.each(['', '  \n', 'x'.repeat(65 * 1024)])('refuses as argument what is no statement', async (sql) => {
  expect((await refusal(execute(sql))).code).toBe('arguments_invalid');
});

describe('refused by the database', () => {
  // oxfmt-ignore
  test.each<readonly [string, string]>([
    ['SELECT 1; DELETE FROM thing', '42601'],
    ['SELECT $1', '08P01'],
    ['SELECT FROM WHERE', '42601'],
    ['COPY thing TO STDOUT', 'write_refused'],
    ["COPY thing TO PROGRAM 'id'", 'write_refused'],
    ['DO $$ BEGIN DELETE FROM thing; END $$', 'write_refused'],
    ['COMMIT', 'write_refused'],
    ['SET transaction_read_only = off', 'write_refused'],
    ['/* x */ BEGIN READ WRITE', 'write_refused'],
    ['WITH gone AS (DELETE FROM thing RETURNING 1) SELECT * FROM gone', 'write_refused'],
    ["SELECT set_config('transaction_read_only', 'off', false)", '25001'],
    ["SELECT nextval('thing_id_seq')", 'write_refused'],
    ['EXPLAIN ANALYZE DELETE FROM thing', 'write_refused'],
    ["SELECT query_to_xml('DELETE FROM thing', true, true, '')", '0A000'],
    ['SELECT 1 INTO made_too', 'write_refused'],
    ['PREPARE p AS SELECT 1', 'write_refused'],
    ['LISTEN x', 'write_refused'],
  ])('%s', async (sql, expected) => {
    verifies('DBT-14');
    await database.query("INSERT INTO thing (name) VALUES ('kept') ON CONFLICT DO NOTHING");
    expect((await refusal(execute(sql))).text).toContain(expected);
    expect(await database.query("SELECT 1 AS n FROM thing WHERE name = 'kept'")).toHaveLength(1);
  });

  test.each(['COPY thing TO STDOUT', 'COPY thing FROM STDIN', "COPY thing FROM PROGRAM 'id'"])(
    '%s in a tool that writes',
    async (sql) => {
      verifies('DBT-14');
      expect((await refusal(execute(sql, false))).code).toBe('statement_failed');
    },
  );
});

describe('leaves nothing behind', () => {
  // oxfmt-ignore
  test.each([
    "SELECT set_config('search_path', 'pg_catalog', false)",
    "SELECT query_to_xml('SELECT set_config(''search_path'', ''pg_catalog'', false)', true, true, '')",
    'SELECT U&"set\\005fconfig"(\'search_path\', \'pg_catalog\', false)',
    'SELECT pg_advisory_lock(1)',
  ])('%s', async (sql) => {
    verifies('DBT-14');
    const look = prepareTool(postgresSql, source, {
      statement: "SELECT current_setting('search_path') AS path, (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks",
    });
    for (let index = 0; index < 4; index += 1) await execute(sql);
    const seen = await Promise.all(Array.from({ length: 8 }, () => look({})));
    for (const { rows } of seen) expect(rows).toEqual([{ path: '"$user", public', locks: 0 }]);
  });

  test('many at once leave a way for the tools of the file', async () => {
    verifies('DBT-15');
    const quick = prepareTool(postgresSql, source, {
      statement: 'SELECT $1::text AS value',
      parameters: [parameter('value', 'string')],
    });
    for (let index = 0; index < 20; index += 1) await quick({ value: 'known' });
    let done = 0;
    const slow = Array.from({ length: 8 }, () => execute('SELECT pg_sleep(0.7)::text').then(() => (done += 1)));
    await expect.poll(() => database.running()).toBeGreaterThanOrEqual(2);
    for (let index = 0; index < 50; index += 1)
      expect((await quick({ value: `${index}` })).rows).toEqual([{ value: `${index}` }]);
    expect(done).toBe(0);
    await Promise.all(slow);
  });
});
