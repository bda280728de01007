// The same calls to the peer and to us, on the same database: every difference is on the list of differences, with its
// reason (test/toolbox/differences.ts, docs/switching-from-toolbox.md), and nothing on the list is out of date.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPeer, startPeer } from '../../bench/peer.ts';
import { createDatabase, execute } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';
import { differences } from './differences.ts';
import type { Difference } from './differences.ts';
import { differentialCases, differentialSchema, differentialTools } from './differential-tools.ts';
import type { DifferentialCase } from './differential-tools.ts';

let database: TestDatabase;
let toolcrib: TestServer;
let peer: Awaited<ReturnType<typeof startPeer>>;
const folder = mkdtempSync(join(tmpdir(), 'toolcrib-differential-'));

beforeAll(async () => {
  database = await createDatabase();
  await execute(database.url, differentialSchema);
  const { port, pathname, username, password } = new URL(database.url);
  const fill = (unsafe: string): string =>
    differentialTools
      .replace('<port>', port)
      .replace('<database>', pathname.slice(1))
      .replace('<user>', username)
      .replace('<password>', decodeURIComponent(password))
      .replace(', <unsafe>', unsafe);
  const program = await findPeer();
  if ('missing' in program) throw new Error(program.missing);
  const catalogue_path = join(folder, 'tools.yaml');
  writeFileSync(catalogue_path, fill(''));
  [toolcrib, peer] = await Promise.all([
    startTestServer({ tools: fill(', unsafe: true') }),
    startPeer({ program, catalogue_path, folder, log_level: 'ERROR' }),
  ]);
});
afterAll(async () => {
  await toolcrib.stop();
  await peer[Symbol.asyncDispose]();
  await database.drop();
  rmSync(folder, { recursive: true });
});

/** What a call came to: the text of the rows, or that it failed. The peer answers most failures with 200 and a text. */
async function invoke(url: string, { tool, body }: DifferentialCase, headers: Record<string, string>): Promise<string> {
  const response = await fetch(`${url}/api/tool/${tool}/invoke`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const { result } = (await response.json()) as { result?: string };
  return !response.ok || result === undefined || result.startsWith('{"error":') ? 'refused' : result;
}

test('every difference to the peer is known and explained', async () => {
  verifies('DBT-10', 'DBT-06', 'DBT-17');
  expect(differentialCases.length).toBeGreaterThanOrEqual(100);
  const found: Record<string, Difference> = {};
  for (const one of differentialCases) {
    const theirs = await invoke(`http://127.0.0.1:${peer.port}`, one, {});
    const ours = await invoke(toolcrib.url, one, { authorization: `Bearer ${toolcrib.key}` });
    if (JSON.stringify(theirs) !== JSON.stringify(ours))
      found[`${one.tool} ${one.body}`] = { peer: theirs, toolcrib: ours };
  }
  const known = Object.fromEntries(differences.flatMap(({ cases }) => Object.entries(cases)));
  expect(found).toEqual(known);
});
