// The kinds of Spanner through the whole server, from a file as MCP Toolbox takes it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findSpannerEmulator, startSpannerEmulator } from '../support/spanner.ts';
import type { SpannerEmulator } from '../support/spanner.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

const path = findSpannerEmulator();
const ids = { project: 'test-project', instance: 'test-instance' };

const toolFile = (host: string): string => `
sources:
  flights-google:
    kind: spanner
    project: test-project
    instance: test-instance
    database: google
    emulator_host: ${host}
  flights-postgres:
    kind: spanner
    project: test-project
    instance: test-instance
    database: postgres
    dialect: postgresql
    emulator_host: ${host}
tools:
  search_google:
    kind: spanner
    source: flights-google
    description: Flights of an airline.
    readOnly: true
    statement: SELECT * FROM flights WHERE airline = @airline AND seats >= @seats ORDER BY number
    parameters:
      - name: airline
        type: string
        description: Airline unique 2 letter identifier
      - name: seats
        type: integer
        description: At least so many seats
        default: 0
  search_postgres:
    kind: spanner-sql
    source: flights-postgres
    description: Flights of an airline.
    statement: SELECT {{array .columns}} FROM flights WHERE airline = $1 ORDER BY number
    parameters:
      - name: airline
        type: string
        description: Airline unique 2 letter identifier
    templateParameters:
      - name: columns
        type: array
        description: Columns to show
        items: { type: string, description: Column }
  book:
    kind: spanner-sql
    source: flights-google
    description: Takes seats.
    readOnly: false
    statement: UPDATE flights SET seats = seats - @seats WHERE number = @number
    parameters:
      - { name: number, type: integer, description: Flight }
      - { name: seats, type: integer, description: How many }
  forgets_to_write:
    kind: spanner-sql
    source: flights-google
    description: Says nothing of writing.
    statement: DELETE FROM flights WHERE true
  wrong_dialect:
    kind: spanner-sql
    source: flights-postgres
    description: Is written for the other one.
    statement: SELECT * FROM flights WHERE airline = @airline
    parameters:
      - { name: airline, type: string, description: Airline }
  tables: { kind: spanner-list-tables, source: flights-postgres, description: The tables. }
  columns: { kind: spanner-schema, source: flights-google, description: The columns. }
  execute: { kind: spanner-execute-sql, source: flights-google, description: Runs SQL. }
`;

// Skipped: Google's emulator is not here; test/support/spanner.ts says how to get it.
describe.skipIf(path === undefined)('spanner through the server', () => {
  let emulator: SpannerEmulator;
  let server: TestServer;
  const call = async (tool: string, args: unknown) =>
    server.request('POST', `/v1/tools/${tool}/call`, { body: { arguments: args } });

  beforeAll(async () => {
    emulator = await startSpannerEmulator(path ?? '');
    await emulator.createDatabase({ ...ids, database: 'google', dialect: 'googlesql' }, [
      'CREATE TABLE flights (number INT64, airline STRING(2), seats INT64) PRIMARY KEY (number)',
    ]);
    await emulator.createDatabase({ ...ids, database: 'postgres', dialect: 'postgresql' }, [
      'CREATE TABLE flights (number bigint PRIMARY KEY, airline varchar(2), seats bigint)',
    ]);
    for (const database of ['google', 'postgres']) {
      const sessions = `projects/${ids.project}/instances/${ids.instance}/databases/${database}/sessions`;
      const { name } = (await emulator.send('POST', sessions, {})) as { name: string };
      await emulator.send('POST', `${name}:commit`, {
        singleUseTransaction: { readWrite: {} },
        mutations: [
          {
            insert: {
              table: 'flights',
              columns: ['number', 'airline', 'seats'],
              values: [
                ['1', 'CY', '9007199254740993'],
                ['2', 'CY', '5'],
              ],
            },
          },
        ],
      });
    }
    // A tenant sees what is wrong with tools of its own.
    server = await startTestServer({
      tools: toolFile(emulator.host),
      tools_of: 'acme',
      tenants: ['acme'],
      config: { allowed_private: ['127.0.0.1'] },
    });
  });
  afterAll(async () => {
    await server.stop();
    await emulator.stop();
  });

  test('REST answers rows in both dialects', async () => {
    verifies('DBT-03');
    const google = await call('search_google', { airline: 'CY' });
    expect(google.status).toBe(200);
    expect(google.body.result.rows).toEqual([
      { number: 1, airline: 'CY', seats: '9007199254740993' },
      { number: 2, airline: 'CY', seats: 5 },
    ]);
    const postgres = await call('search_postgres', { airline: 'CY', columns: ['number', 'seats'] });
    expect(postgres.body.result.rows).toEqual([
      { number: 1, seats: '9007199254740993' },
      { number: 2, seats: 5 },
    ]);
    expect((await call('search_google', { airline: "' OR 1=1 --" })).body.result.rows).toEqual([]);
  });

  test('the toolbox-compatible API answers the same rows', async () => {
    verifies('DBT-03');
    const { status, body } = await server.request('POST', '/api/tool/search_google/invoke', {
      body: { airline: 'CY', seats: 6 },
    });
    expect(status).toBe(200);
    expect(JSON.parse(body.result)).toEqual([{ number: 1, airline: 'CY', seats: '9007199254740993' }]);
  });

  test('a tool that may write writes, one that may not does not', async () => {
    verifies('DBT-03', 'DBT-14');
    expect((await call('book', { number: 2, seats: 2 })).body.result.affected_rows).toBe(1);
    expect((await call('search_google', { airline: 'CY' })).body.result.rows[1].seats).toBe(3);
    const refused = await call('forgets_to_write', {});
    expect([refused.status, refused.body.error.code]).toEqual([422, 'write_refused']);
  });

  test('the tools that come with the kind answer', async () => {
    expect((await call('tables', { output_format: 'simple' })).body.result.rows).toEqual([
      { schema_name: 'public', object_name: 'flights', object_details: { name: 'flights' } },
    ]);
    expect((await call('columns', {})).body.result.rows).toHaveLength(3);
    expect((await call('execute', { sql: 'SELECT 1 AS n' })).body.result.rows).toEqual([{ n: 1 }]);
  });

  test('a tool in the other dialect is listed as failed', async () => {
    expect((await call('wrong_dialect', { airline: 'CY' })).status).toBe(404);
    const { body } = await server.request('GET', '/v1/sources');
    expect(JSON.stringify(body)).not.toContain(ids.project);
    expect(body.sources.map(({ name }: { name: string }) => name).toSorted()).toEqual([
      'flights-google',
      'flights-postgres',
    ]);
    expect(body.failed).toMatchObject([{ entity: 'tool', name: 'wrong_dialect' }]);
    expect(JSON.stringify(body.failed)).toContain("(the source's dialect is postgresql)");
  });

  test('one that is gone is told of without its name', async () => {
    verifies('DBT-03');
    const path_of_database = `projects/${ids.project}/instances/${ids.instance}/databases/google`;
    await emulator.send('DELETE', path_of_database);
    const gone = await call('search_google', { airline: 'CY' });
    expect([gone.status, gone.body.error.code]).toEqual([503, 'source_unavailable']);
    expect(gone.text).not.toMatch(/test-project|test-instance|"google"|127\.0\.0\.1/);
  });
});
