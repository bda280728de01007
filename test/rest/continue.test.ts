// An answer that was cut goes on with its cursor, on every surface that can carry one.
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolcribClient } from '@toolcrib/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callMcp } from '../support/mcp-request.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

let toolcrib: TestServer;
const folder = mkdtempSync(join(tmpdir(), 'toolcrib-continue-'));

beforeAll(async () => {
  const file = join(folder, 'numbers.db');
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE number (n integer primary key, text text)');
  const insert = database.prepare('INSERT INTO number VALUES (?, ?)');
  for (let n = 1; n <= 25; n += 1) insert.run(n, 'x'.repeat(n === 13 ? 5_000 : 100));
  database.close();
  toolcrib = await startTestServer({
    tools: `
sources:
  numbers: {kind: sqlite, database: ${JSON.stringify(file)}}
tools:
  numbers: {kind: sqlite-sql, source: numbers, description: d, max_rows: 10, statement: SELECT n FROM number WHERE n >= ? ORDER BY n,
    parameters: [{name: from, type: integer, description: d, default: 1}]}
  texts: {kind: sqlite-sql, source: numbers, description: d, max_bytes: 2000, statement: SELECT * FROM number ORDER BY n}
  echo: {kind: sqlite-sql, source: numbers, description: d, statement: SELECT ? AS n, parameters: [{name: n, type: integer, description: d}]}
  writes: {kind: sqlite-sql, source: numbers, description: d, max_rows: 1, readOnly: false, statement: UPDATE number SET text = text RETURNING n}
`,
  });
});
afterAll(async () => {
  await toolcrib.stop();
  rmSync(folder, { recursive: true });
});

const call = (tool: string, body: object) => toolcrib.request('POST', `/v1/tools/${tool}/call`, { body });
const numbers = (rows: readonly { n: number }[]): readonly number[] => rows.map(({ n }) => n);
const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('a cut answer', () => {
  test('goes on over REST until its end', async () => {
    verifies('DBT-13');
    const first = await call('numbers', {});
    expect(numbers(first.body.result.rows)).toEqual(range(1, 10));
    expect(first.body.result.truncated).toMatchObject({ by: 'rows', limit: 10 });
    const second = await call('numbers', { cursor: first.body.result.truncated.cursor });
    expect(numbers(second.body.result.rows)).toEqual(range(11, 20));
    const third = await call('numbers', { cursor: second.body.result.truncated.cursor });
    expect(numbers(third.body.result.rows)).toEqual(range(21, 25));
    expect(third.body.result.truncated).toBeUndefined();
  });

  test('goes on over the SDK', async () => {
    verifies('DBT-13');
    const client = new ToolcribClient({ url: toolcrib.url, key: toolcrib.key });
    const rows: unknown[] = [];
    let cursor: string | undefined;
    do {
      const { result } = await client.callTool('numbers', { from: 3 }, cursor === undefined ? {} : { cursor });
      if (result.kind !== 'rows') throw new TypeError('rows expected');
      rows.push(...result.rows);
      cursor = result.truncated?.cursor;
    } while (cursor !== undefined);
    expect(rows).toEqual(range(3, 25).map((n) => ({ n })));
  });

  test('goes on over MCP', async () => {
    verifies('DBT-13');
    const params = { name: 'numbers', arguments: { from: 10 } };
    const first = await callMcp(toolcrib, { method: 'tools/call', params });
    const { cursor } = first.body.result._meta['toolcrib/truncated'];
    const _meta = { 'toolcrib/cursor': cursor };
    const second = await callMcp(toolcrib, { method: 'tools/call', params: { ...params, _meta } });
    expect(numbers(second.body.result.structuredContent.rows)).toEqual(range(20, 25));
  });

  test('has no cursor where its next row alone is too large', async () => {
    verifies('DBT-13');
    let cursor: string | undefined;
    let rows = 0;
    for (;;) {
      const { body } = await call('texts', { cursor });
      rows += body.result.rows.length;
      cursor = body.result.truncated?.cursor;
      if (cursor === undefined) {
        expect(body.result).toMatchObject({ rows: [], truncated: { by: 'bytes', limit: 2_000 } });
        break;
      }
    }
    expect(rows).toBe(12);
  });

  test('of a tool that writes has no cursor: it would write again', async () => {
    verifies('DBT-13');
    const { body } = await call('writes', {});
    expect(body.result.truncated).toEqual({ by: 'rows', limit: 1 });
  });
});

test('the SDK sends integers beyond 2^53 with every digit', async () => {
  verifies('DBT-17');
  const client = new ToolcribClient({ url: toolcrib.url, key: toolcrib.key });
  const { result } = await client.callTool('echo', { n: 9_007_199_254_740_993n });
  expect(result).toMatchObject({ rows: [{ n: '9007199254740993' }] });
});

describe('400', () => {
  test.each([
    ['no cursor at all', 'numbers', {}, 'next'],
    ['a count without the rest', 'numbers', {}, '10'],
    ['a negative count', 'numbers', {}, '-1.AAAAAAAAAAAAAAAAAAAAAA'],
    ['a foreign digest', 'numbers', {}, '10.AAAAAAAAAAAAAAAAAAAAAA'],
  ])('for %s', async (_case, tool, args, cursor) => {
    const { status, body } = await call(tool, { arguments: args, cursor });
    expect([status, body.error.code]).toEqual([400, 'cursor_invalid']);
  });

  test('for the cursor of other arguments', async () => {
    const { body } = await call('numbers', { arguments: { from: 1 } });
    const { cursor } = body.result.truncated;
    const other = await call('numbers', { arguments: { from: 2 }, cursor });
    expect([other.status, other.body.error.code]).toEqual([400, 'cursor_invalid']);
  });
});
