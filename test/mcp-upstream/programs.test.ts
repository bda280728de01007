// Servers that are programs on this machine: a process per caller, ended with its group, started again when it has ended.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { addPerson } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { ensurePeers, peersFolder } from '../support/peers.ts';
import { startTestServer } from '../support/test-server.ts';
import type { Answer, TestServer } from '../support/test-server.ts';

let toolcrib: TestServer;
let ben: TestPerson;

beforeAll(async () => {
  await ensurePeers();
  toolcrib = await startTestServer({
    tools: `
kind: source
name: program
type: mcp-stdio
command: ${process.execPath}
args: [${join(peersFolder, 'serve-program.js')}]
prefix: ''
timeout_ms: 6000
---
kind: source
name: missing
type: mcp-stdio
command: /no/such/program
`,
  });
  ben = await addPerson(toolcrib, { email: 'ben@acme.example' });
  await vi.waitUntil(async () => (await call('pid')).status === 200, 20_000);
}, 60_000);
afterAll(() => toolcrib.stop());

function call(name: string, key?: string): Promise<Answer> {
  const options = key === undefined ? {} : { key };
  return toolcrib.request('POST', `/v1/tools/${name}/call`, { ...options, body: { arguments: {} } });
}

const textOf = ({ body }: Answer): string => body.result.content[0].text;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('A10 one process per caller', () => {
  test('nobody is served by the process of somebody else', async () => {
    const [mine, again, other] = [await call('pid'), await call('pid'), await call('pid', ben.key)];
    expect(textOf(again)).toBe(textOf(mine));
    expect(textOf(other)).not.toBe(textOf(mine));
  });

  test('calls of one caller at once are apart too', async () => {
    const folder = join(toolcrib.folder, 'meeting');
    mkdirSync(folder);
    // None is answered before three processes have come.
    const body = { arguments: { folder, processes: 3 } };
    const meet = (): Promise<Answer> => toolcrib.request('POST', '/v1/tools/meet/call', { body });
    const pids = (await Promise.all([meet(), meet(), meet()])).map((answer) => textOf(answer));
    expect(new Set(pids).size).toBe(3);
  });
});

describe('a program that misbehaves', () => {
  test('one that hangs costs its time, and is called off', async () => {
    const { status, body } = await call('hang');
    expect([status, body.error.code]).toEqual([504, 'call_timed_out']);
    expect((await call('pid')).status).toBe(200);
  });

  test('one that ends is a typed error, and is started again', async () => {
    expect((await call('end')).body.error.code).toBe('source_unavailable');
    await vi.waitFor(async () => expect((await call('pid')).status).toBe(200), 20_000);
  });

  test('one that answers without end is cut off', async () => {
    expect((await call('much')).status).toBeGreaterThanOrEqual(500);
    await vi.waitFor(async () => expect((await call('pid')).status).toBe(200), 20_000);
  });

  test('one that changes its list is asked again before the next call', async () => {
    expect((await call('change')).status).toBe(200);
    expect((await call('pid')).body.error?.code).toBe('tool_quarantined');
    // A new process tells the first description again: what was accepted is called.
    await call('end');
    await vi.waitFor(async () => expect((await call('pid')).status).toBe(200), 20_000);
  });

  test('what is missing stops nothing else, and is told', async () => {
    const { body } = await toolcrib.request('GET', '/v1/sources/missing/mirror');
    expect(body.tools).toEqual([]);
    expect(toolcrib.log_lines.some((line) => line.includes('mirror-look-failed') && line.includes('missing'))).toBe(
      true,
    );
  });

  test('its error output goes to the log, without commands to a terminal', () => {
    const said = toolcrib.log_lines.filter((line) => line.includes('planted'));
    expect(said.length).toBeGreaterThan(0);
    expect(said.join('')).not.toContain('u001b');
  });
});

test('the processes end with the server, and whatever they have started', async () => {
  const pids = [Number(textOf(await call('pid'))), Number(textOf(await call('child')))];
  expect(pids.every((pid) => isAlive(pid))).toBe(true);
  await toolcrib.server.stop();
  await vi.waitFor(() => expect(pids.filter((pid) => isAlive(pid))).toEqual([]), 10_000);
});
