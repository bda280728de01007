// kill -9 under load: whatever was acknowledged is there after the next start, which needs no help.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyExport } from '../../server/src/ledger/verify-export.ts';
import { exportLines } from '../support/audit-chain.ts';
import { createDatabase } from '../support/postgres.ts';
import { spawnServer } from '../support/spawned-server.ts';
import { verifies } from '../support/verifies.ts';

const crashes = 3;
/** Acknowledged calls before each crash. */
const enough = 150;

// oxlint-disable-next-line typescript/no-explicit-any -- answers of every shape
async function json(url: string, key: string, body?: unknown): Promise<{ status: number; body: any }> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

describe.each(['embedded', 'postgres'] as const)('a server killed under load, own state %s', (kind) => {
  it('keeps every acknowledged call and key', { timeout: 120_000 }, async () => {
    verifies('OPS-01', 'GOV-01');
    const folder = mkdtempSync(join(tmpdir(), 'toolcrib-crash-'));
    const database = await createDatabase();
    const options = ['--data', folder, ...(kind === 'postgres' ? ['--database-url', database.url] : [])];
    const calls = new Set<string>();
    const keys = new Set<string>();
    let key = '';
    try {
      for (let crash = 0; crash <= crashes; crash += 1) {
        const server = await spawnServer(options);
        key = server.key ?? key;
        await expectKept(server.url, key, calls, keys);
        if (crash === crashes) {
          expect(await server.kill('SIGTERM')).toBe(0);
          break;
        }
        await loadUntilKilled(server.url, key, calls, keys, () => void server.kill('SIGKILL'));
        await server.ended;
      }
      expect(calls.size).toBeGreaterThanOrEqual(crashes * enough);
    } finally {
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Calls from eight clients at once until the server is gone; it is killed after enough answers. */
async function loadUntilKilled(
  url: string,
  key: string,
  calls: Set<string>,
  keys: Set<string>,
  kill: () => void,
): Promise<void> {
  let acknowledged = 0;
  const client = async (): Promise<void> => {
    for (;;) {
      try {
        const answer = await json(`${url}/v1/tools/list_flights_from/call`, key, { arguments: { airport: 'SFO' } });
        expect(answer.status).toBe(200);
        calls.add(answer.body.call_id);
        acknowledged += 1;
        if (acknowledged === enough) kill();
        if (acknowledged % 10 === 0) keys.add((await json(`${url}/v1/keys`, key, { name: 'k' })).body.key.id);
      } catch (thrown) {
        // The connection broke: what was not answered was not acknowledged.
        if (thrown instanceof TypeError && /fetch failed|terminated/.test(thrown.message)) return;
        kill();
        throw thrown;
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
}

async function expectKept(url: string, key: string, calls: Set<string>, keys: Set<string>): Promise<void> {
  const audited = new Set<string>();
  let next: string | undefined;
  do {
    const page = await json(`${url}/v1/audit/calls?limit=1000${next === undefined ? '' : `&before=${next}`}`, key);
    for (const { id } of page.body.calls) audited.add(id);
    next = page.body.next;
  } while (next !== undefined);
  expect([...calls].filter((id) => !audited.has(id))).toEqual([]);
  const exported = await fetch(`${url}/v1/audit/export`, { headers: { authorization: `Bearer ${key}` } });
  expect(await verifyExport(exportLines(await exported.text()))).toMatchObject({ kind: 'whole' });
  const listed = (await json(`${url}/v1/keys`, key)).body.keys.map((one: { id: string }) => one.id);
  expect([...keys].filter((id) => !listed.includes(id))).toEqual([]);
}
