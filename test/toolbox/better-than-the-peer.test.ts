// What people get by switching, shown beside the peer on the same database (specs/databases.md §6): each test asks both
// servers the same thing. What the peer does is stated as well, so that the comparison stays true when it changes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPeer, startPeer } from '../../bench/peer.ts';
import { startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

const connections = 4;
let database: PostgresServer;
let toolcrib: TestServer;
let peer: Awaited<ReturnType<typeof startPeer>>;
const folder = mkdtempSync(join(tmpdir(), 'toolcrib-better-'));

const tools = (url: URL, more: string): string => `
sources:
  pg: {kind: postgres, host: 127.0.0.1, port: ${url.port}, database: ${url.pathname.slice(1)}, user: ${url.username}, password: ${decodeURIComponent(url.password)}${more}}
tools:
  fast: {kind: postgres-sql, source: pg, description: d, statement: SELECT 1 AS v}
  slow: {kind: postgres-sql, source: pg, description: d, statement: "SELECT pg_sleep(30)::text AS slept"}
  number: {kind: postgres-sql, source: pg, description: d, statement: "SELECT $1::bigint AS v", parameters: [{name: v, type: integer, description: d}]}
  missing_table: {kind: postgres-sql, source: pg, description: d, statement: SELECT * FROM marker_table}
  many: {kind: postgres-sql, source: pg, description: d, statement: "SELECT n FROM generate_series(1, 2000) AS n"}
`;

beforeAll(async () => {
  database = await startPostgres();
  const program = await findPeer();
  if ('missing' in program) throw new Error(program.missing);
  const catalogue_path = join(folder, 'tools.yaml');
  // The peer has no setting for its pool: the driver's default is four connections, or as many as there are processors.
  writeFileSync(catalogue_path, tools(new URL(database.url), ''));
  [toolcrib, peer] = await Promise.all([
    startTestServer({ tools: tools(new URL(database.url), `, max_connections: ${connections}`) }),
    startPeer({ program, catalogue_path, folder, log_level: 'ERROR' }),
  ]);
});
afterAll(async () => {
  await toolcrib.stop();
  await peer[Symbol.asyncDispose]();
  await database.remove();
  rmSync(folder, { recursive: true, force: true });
});

interface Side {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}
const ours = (): Side => ({ url: toolcrib.url, headers: { authorization: `Bearer ${toolcrib.key}` } });
const theirs = (): Side => ({ url: `http://127.0.0.1:${peer.port}`, headers: {} });

async function invoke({ url, headers }: Side, tool: string, args: object, signal?: AbortSignal) {
  const response = await fetch(`${url}/api/tool/${tool}/invoke`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(args),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) as Record<string, unknown> };
}

/** Statements that sleep in the database now. */
async function sleeping(): Promise<number> {
  const client = new Client({ connectionString: database.superuser_url });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()",
    );
    return rows[0]?.count ?? 0;
  } finally {
    await client.end();
  }
}

/** Ends what sleeps, whoever has started it. */
async function wake(): Promise<void> {
  const client = new Client({ connectionString: database.superuser_url });
  await client.connect();
  await client.query(
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()",
  );
  await client.end();
}

describe('an error', () => {
  test('of an argument has a status that says so, and names the argument', async () => {
    const args = { v: '3' };
    const answer = await invoke(ours(), 'number', args);
    expect([answer.status, answer.body['code'], answer.body['faults']]).toEqual([
      400,
      'arguments_invalid',
      [{ path: 'v', message: 'expected an integer, got the text "3"' }],
    ]);
    expect((await invoke(theirs(), 'number', args)).status).toBe(200);
  });

  test('of the database carries the SQLSTATE and nothing of the statement', async () => {
    const answer = await invoke(ours(), 'missing_table', {});
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('42P01');
    expect(answer.text).not.toContain('marker_table');
    const peers = await invoke(theirs(), 'missing_table', {});
    expect([peers.status, peers.text.includes('marker_table')]).toEqual([200, true]);
  });
});

test('an answer is cut at its limit, says so, and can be continued', async () => {
  verifies('DBT-13');
  const answer = await invoke(ours(), 'many', {});
  expect(answer.body['truncated']).toEqual({ by: 'rows', limit: 1_000, cursor: expect.any(String) });
  const peers = await invoke(theirs(), 'many', {});
  expect(JSON.parse(String(peers.body['result']))).toHaveLength(2_000);
});

describe('slow calls', () => {
  test('do not stop the fast ones of another tool', async () => {
    verifies('DBT-15');
    for (const side of [ours(), theirs()]) {
      const controller = new AbortController();
      const slow = Array.from({ length: connections }, () =>
        invoke(side, 'slow', {}, controller.signal).catch(() => undefined),
      );
      let fast_first = false;
      await expect.poll(sleeping, { timeout: 10_000 }).toBeGreaterThanOrEqual(1);
      // Ours answers while the slow ones sleep; the peer's pool is full, and answers once they are ended.
      const fast = invoke(side, 'fast', {}).then((answer) => {
        fast_first = true;
        return answer;
      });
      if (side.url === toolcrib.url) {
        expect((await fast).status).toBe(200);
        expect(await sleeping()).toBeGreaterThanOrEqual(1);
      } else {
        await expect.poll(sleeping, { timeout: 10_000 }).toBe(connections);
        expect(fast_first).toBe(false);
      }
      controller.abort();
      await wake();
      await fast;
      await Promise.all(slow);
      await expect.poll(sleeping, { timeout: 10_000 }).toBe(0);
    }
  });

  test('end in the database when their caller goes away', async () => {
    verifies('DBT-15');
    const controller = new AbortController();
    const call = invoke(ours(), 'slow', {}, controller.signal).catch(() => 'gone');
    await expect.poll(sleeping, { timeout: 10_000 }).toBe(1);
    controller.abort();
    expect(await call).toBe('gone');
    await expect.poll(sleeping, { timeout: 10_000 }).toBe(0);
  });
});

test('a restart of the database is not the callers’ business', async () => {
  const calls = async (side: Side) => {
    const answers = await Promise.all(Array.from({ length: connections }, () => invoke(side, 'fast', {})));
    return answers.filter(({ body }) => body['result'] !== '[{"v":1}]').length;
  };
  expect([await calls(ours()), await calls(theirs())]).toEqual([0, 0]);
  await database.stop('fast');
  const down = await invoke(ours(), 'fast', {});
  expect([down.status, down.body['code']]).toEqual([503, 'source_unavailable']);
  expect(down.text).not.toMatch(/127\.0\.0\.1|owner/);
  await expect.poll(async () => (await invoke(theirs(), 'fast', {})).text).toMatch(/127\.0\.0\.1/);
  await database.start();
  expect(await calls(ours())).toBe(0);
  const health = await toolcrib.request('GET', '/v1/sources');
  expect(health.body.sources).toEqual([{ name: 'pg', type: 'postgres', status: 'ok' }]);
});
