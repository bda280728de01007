// Graceful stop, health and readiness, with the own database going away and coming back.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, it, vi } from 'vitest';
import { createDatabase, startPostgres } from '../support/postgres.ts';
import { spawnServer } from '../support/spawned-server.ts';
import { makeMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import { startTestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

describe('graceful stop', () => {
  it('lets the call in flight end, refuses new ones, writes the audit and ends with 0', async () => {
    verifies('OPS-03');
    const database = await createDatabase();
    const { hostname, port, username, password, pathname } = new URL(database.url);
    const source = { host: hostname, port, database: pathname.slice(1), user: username, password };
    // Another process on the same database has the same master keys.
    const config = { database_url: database.url, vault_keys: [makeMasterKey()] };
    const toolcrib = await startTestServer({
      tools: `
sources: {pg: {kind: postgres, ${Object.entries(source)
        .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
        .join(', ')}}}
tools:
  wait: {kind: postgres-sql, source: pg, description: Waits for a lock., statement: SELECT 1 AS done FROM pg_advisory_xact_lock(77)}
`,
      config,
    });
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(77)');
    const slow = toolcrib.request('POST', '/v1/tools/wait/call', { body: {} });
    await vi.waitFor(async () => {
      const { rows } = await holder.query(
        "SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 77 AND NOT granted",
      );
      expect(rows).toHaveLength(1);
    });
    const stopped = toolcrib.server.stop();
    await holder.query('SELECT pg_advisory_unlock(77)');
    expect((await slow).status).toBe(200);
    await stopped;
    await holder.end();
    await expect(fetch(`${toolcrib.url}/healthz`)).rejects.toThrow(TypeError);
    const again = await startTestServer({ config });
    const { body } = await again.request('GET', '/v1/audit/calls', { key: toolcrib.key });
    expect(body.calls.map((one: { tool: string }) => one.tool)).toEqual(['wait']);
    await again.stop();
    await toolcrib.stop();
    await database.drop();
  });

  it('ends with 0 on SIGTERM, and refuses a second process on the same data folder by name', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'toolcrib-stop-'));
    const server = await spawnServer(['--data', folder]);
    await expect(spawnServer(['--data', folder])).rejects.toThrow(
      /Another process uses the data folder[\s\S]*data_locked/,
    );
    const { port } = new URL(server.url);
    const elsewhere = ['--data', join(folder, 'other'), '--port', port];
    await expect(spawnServer(elsewhere)).rejects.toThrow(/cannot listen on port \d+[\s\S]*address_unavailable/);
    expect(await server.kill('SIGTERM')).toBe(0);
    const again = await spawnServer(['--data', folder]);
    expect(again.key).toBeUndefined();
    expect(await again.kill('SIGINT')).toBe(0);
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('readiness', () => {
  it('is 503 while the own database is away, calls are refused with a reason, and both come back by themselves', async () => {
    verifies('OPS-03');
    const postgres = await startPostgres();
    const toolcrib = await startTestServer({ config: { database_url: postgres.url } });
    const call = () =>
      toolcrib.request('POST', '/v1/tools/list_flights_from/call', { body: { arguments: { airport: 'SFO' } } });
    expect((await call()).status).toBe(200);
    await postgres.stop('immediate');
    await vi.waitFor(
      async () => {
        const ready = await toolcrib.request('GET', '/readyz');
        expect([ready.status, ready.body.checks.database]).toEqual([503, 'unavailable']);
      },
      { timeout: 20_000 },
    );
    expect((await toolcrib.request('GET', '/healthz')).status).toBe(200);
    const refused = await vi.waitFor(
      async () => {
        const answer = await call();
        expect(answer.status).toBe(503);
        return answer;
      },
      { timeout: 20_000 },
    );
    expect(['database_unavailable', 'audit_unavailable', 'record_delayed']).toContain(refused.body.error.code);
    expect(refused.text).not.toContain(new URL(postgres.url).port);
    await postgres.start();
    await vi.waitFor(async () => expect((await toolcrib.request('GET', '/readyz')).status).toBe(200), {
      timeout: 20_000,
    });
    await vi.waitFor(async () => expect((await call()).status).toBe(200), { timeout: 20_000 });
    await toolcrib.stop();
    await postgres.remove();
  });
});
