// Two servers on one PostgreSQL while the operator changes the master key: every call goes through, on both.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ToolcribClient } from '@toolcrib/client';
import { expect, test } from 'vitest';
import { startLocalHttp } from '../support/local-http.ts';
import { createDatabase } from '../support/postgres.ts';
import { spawnServer } from '../support/spawned-server.ts';
import type { SpawnedServer } from '../support/spawned-server.ts';
import { verifies } from '../support/verifies.ts';

const entry = fileURLToPath(new URL('../../server/bin/toolcrib.js', import.meta.url));

test('the master key changes twice and the old ones go, without a failed call', { timeout: 120_000 }, async () => {
  verifies('CRD-06');
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-two-'));
  const database = await createDatabase();
  const service = await startLocalHttp(({ headers }, response) =>
    response.end(String(headers['x-key'] === 'planted-value')),
  );
  const tools = join(folder, 'tools.yaml');
  writeFileSync(
    tools,
    `sources:
  web: { kind: http, baseUrl: '${service.url}', headers: { X-Key: '\${secret.KEY}' } }
tools:
  check: { kind: http, source: web, description: d, method: GET, path: / }
`,
  );
  const keys = join(folder, 'master.keys');
  const env = {
    PATH: process.env['PATH'] ?? '',
    TOOLCRIB_VAULT_KEY_FILE: keys,
    TOOLCRIB_DATABASE_URL: database.url,
    TOOLCRIB_ALLOWED_PRIVATE: '127.0.0.1',
    TOOLCRIB_TOOLS: tools,
    TOOLCRIB_DATA: folder,
  };
  const vault = async (...words: readonly string[]) =>
    (await promisify(execFile)(process.execPath, [entry, 'vault', ...words], { env })).stdout;
  const servers: SpawnedServer[] = [];
  const state = { over: false };
  const failures: unknown[] = [];
  const loads: Promise<void>[] = [];
  try {
    await vault('new-key', '--file', keys);
    servers.push(await spawnServer([], env));
    const key = servers[0]?.key ?? '';
    servers.push(await spawnServer([], env));
    const clients = servers.map(({ url }) => new ToolcribClient({ url, key }));
    await clients[0]?.setVariable('KEY', { value: 'planted-value' });
    let calls = 0;
    const load = async (client: ToolcribClient): Promise<void> => {
      for (let round = 0; !state.over; round += 1) {
        try {
          // Each change makes the variables be read and opened anew, in both processes.
          if (round % 5 === 0) await client.setVariable('OTHER', { value: `planted-${round}` });
          const { result } = await client.callTool('check');
          expect(JSON.stringify(result)).toContain('true');
          calls += 1;
        } catch (thrown) {
          failures.push(thrown);
        }
      }
    };
    loads.push(...clients.map(load));
    for (let change = 0; change < 2; change += 1) {
      await vault('new-key', '--file', keys);
      await expect.poll(() => vault('status'), { timeout: 30_000, interval: 500 }).toMatch(/ 1 +current\n/);
    }
    const [, newest] = readFileSync(keys, 'utf8').match(/^(tk_\S+)$/m) ?? [];
    writeFileSync(keys, `${newest}\n`);
    const before = calls;
    await expect.poll(() => calls, { timeout: 30_000 }).toBeGreaterThan(before + 10);
    state.over = true;
    await Promise.all(loads);
    expect(failures).toEqual([]);
    // After a restart only the newest key is known.
    const stopped = servers.pop();
    await stopped?.kill('SIGTERM');
    const again = await spawnServer([], env);
    servers.push(again);
    const { result } = await new ToolcribClient({ url: again.url, key }).callTool('check');
    expect(JSON.stringify(result)).toContain('true');
    const said = [stopped, ...servers].map((server) => server?.output()).join('');
    // Whichever was quicker.
    expect(said).toContain('vault-rewrapped');
    expect(said).not.toMatch(/tk_|planted/);
  } finally {
    state.over = true;
    await Promise.all(loads);
    await Promise.all(servers.map((server) => server.kill('SIGTERM')));
    await service.close();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
});
