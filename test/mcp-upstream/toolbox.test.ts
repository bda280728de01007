// The tools of MCP Toolbox, mirrored: a real server that its own clients use, with a database behind it.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { peersFolder } from '../support/peers.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

const program = join(peersFolder, 'node_modules/@toolbox-sdk/server-linux-x64/bin/toolbox');
const is_there = existsSync(program);
if (!is_there)
  process.stderr.write('Skipped: @toolbox-sdk/server is not there for this machine; npm ci --prefix test/peers\n');

// Skipped: without the program of the peer for this machine; says so loudly.
describe.skipIf(!is_there)('MCP Toolbox', () => {
  let folder: string;
  let toolbox: ChildProcess;
  let toolcrib: TestServer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'toolcrib-toolbox-'));
    const database = new DatabaseSync(join(folder, 'a.db'));
    database.exec(`create table city (name text, people integer); insert into city values ('Graz', 300000)`);
    database.close();
    writeFileSync(join(folder, 'tools.yaml'), config(join(folder, 'a.db')));
    const port = await freePort();
    toolbox = spawn(
      program,
      ['--config', join(folder, 'tools.yaml'), '--port', String(port), '--disable-version-check'],
      {
        stdio: 'ignore',
      },
    );
    toolcrib = await startTestServer({
      config: { allowed_private: ['127.0.0.1'] },
      tools: `{kind: source, name: box, type: mcp, url: 'http://127.0.0.1:${port}/mcp', read_only: [find_city]}\n`,
    });
  }, 60_000);
  afterAll(async () => {
    await toolcrib.stop();
    toolbox.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  test('is mirrored and called', async () => {
    verifies('MCP-02');
    const call = (args: object) =>
      toolcrib.request('POST', '/v1/tools/box_find_city/call', { body: { arguments: args } });
    await vi.waitFor(async () => expect((await call({ name: 'Graz' })).status).toBe(200), 45_000);
    const { body } = await call({ name: 'Graz' });
    expect(JSON.stringify(body.result)).toContain('300000');
    expect((await call({ name: 5 })).body.error.code).toBe('arguments_invalid');
  }, 60_000);
});

function config(database: string): string {
  return `
kind: source
name: cities
type: sqlite
database: ${database}
---
kind: tool
name: find_city
type: sqlite-sql
source: cities
description: Finds a city by its name.
statement: select name, people from city where name = ?
parameters:
  - { name: name, type: string, description: Name of the city }
`;
}
