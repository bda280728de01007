// A15: no name in the path of a request is a path of a file: not in any operation, page or endpoint of a pack, however it is
// written. A resource of a tool file stays in its folder.
import { readFileSync, symlinkSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRoutes } from '../../server/src/create-routes.ts';
import { operations } from '../../server/src/surfaces/rest/operations.ts';
import { startPackWorld } from '../support/pack-world.ts';
import type { PackWorld } from '../support/pack-world.ts';
import { startTestServer } from '../support/test-server.ts';
import { sampleBodies } from './isolation/sample-bodies.ts';

const secret = 'planted-key-of-the-host';
let world: PackWorld;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-a15-paths-'));
  writeFileSync(join(folder, 'key'), secret);
  world = await startPackWorld({
    packs: {
      'echo/manifest.yaml': 'code: echo\ndisplay_name: Echo\nversion: "1.0.0"\ntype: system\ntools: []\n',
      'echo/routes.ts': `
import { defineRoute } from '@toolcrib/client';
export const echo = defineRoute({
  method: 'GET', path: '/things/{name}', permission: 'packs.read', handler: ({ params }) => params['name'] ?? '',
});
`,
      key: secret,
    },
  });
});
afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true });
});

/** How a path could be written into one part of another, encoded once or twice or not at all. */
const parts: readonly string[] = [
  ...['..', '%2e%2e', '.%2e', '%252e%252e', '..%2f..%2f..%2fetc%2fpasswd', '%2fetc%2fpasswd', 'etc%2fpasswd'],
  ...['%2e%2e%2fkey', '..%5ckey', '%5c%5chost%5cshare', '..%00', '%00', 'key%00.json', 'file:%2f%2f%2fetc%2fpasswd'],
  ...['%c0%ae%c0%ae%2fkey', '%ff', '%', '%zz', '%u002e', '__proto__', 'constructor', 'toString', '~root', '.', '*'],
  ...['%ef%bc%8e%ef%bc%8e%ef%bc%8fkey', '%e2%80%a5', ';', 'a;b=c', '%0d%0aset-cookie:%20a=b', '%20', 'a'.repeat(3_000)],
];

/** As it is written: `fetch` would tidy the path first. */
function send(method: string, path: string, body: string | undefined): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(world.url);
  const headers = {
    authorization: `Bearer ${world.key}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject).end(body);
  });
}

function expectNoFile(what: string, { status, text }: { readonly status: number; readonly text: string }): void {
  expect([what, status === 500 || status === 0]).toEqual([what, false]);
  for (const inside of [secret, 'root:x:0:0', readFileSync('/etc/hostname', 'utf8').trim()]) {
    if (inside.length > 6) expect([what, text.includes(inside)]).toEqual([what, false]);
  }
}

describe('A15 a path in the path of a request', () => {
  const with_names = operations.filter(({ path }) => path.includes('{'));

  test('there are operations with names', () => expect(with_names.length).toBeGreaterThan(25));

  test.each(with_names.map((operation) => [operation.id, operation] as const))('%s', async (id, operation) => {
    const body = operation.body === undefined ? undefined : JSON.stringify(sampleBodies[id]?.('x') ?? {});
    for (const part of parts) {
      // The first name is the attack, the others are plausible; then all of them.
      const first = operation.path.replace(/\{\w+\}/, () => part).replaceAll(/\{\w+\}/g, 'tool');
      const all = operation.path.replaceAll(/\{\w+\}/g, () => part);
      for (const path of new Set([first, all])) {
        expectNoFile(`${operation.method} ${path.slice(0, 200)}`, await send(operation.method, path, body));
      }
    }
  });

  test('pages, links, endpoints of packs, MCP and the rest of the routes', async () => {
    const routes = createRoutes({} as never).filter(({ path }) => path.includes('{') && !path.startsWith('/v1/'));
    expect(routes.length).toBeGreaterThan(10);
    for (const { method, path } of routes) {
      for (const part of parts) {
        const filled = path.replaceAll(/\{\w+\}/g, () => part);
        const body = method === 'GET' ? undefined : '{}';
        expectNoFile(`${method} ${filled.slice(0, 200)}`, await send(method, filled, body));
      }
    }
  }, 60_000);

  test('a name reaches the function of a pack as it was meant, and never a file', async () => {
    const named = await send('GET', '/packs/echo/things/..%2f..%2fkey', undefined);
    expect([200, 400, 404]).toContain(named.status);
    expectNoFile('the endpoint', named);
    for (const path of ['/packs/echo/../key', '/packs/%2e%2e/key', '/packs/echo/%2e%2e/%2e%2e/key', '//etc/passwd']) {
      expectNoFile(path, await send('GET', path, undefined));
    }
  });

  test('nothing of it was an alarm in the log', () => {
    expect(world.log_lines.filter((line) => line.includes('request-failed'))).toEqual([]);
  });
});

describe('A15 what a definition or a tool file names', () => {
  test.each([
    ['a document by its file', { type: 'openapi', document: 'file:///etc/passwd' }],
    ['a document by a path', { type: 'openapi', document: '../../etc/passwd' }],
    ['a file field', { type: 'openapi', file: '/etc/passwd' }],
    ['a URL of a file', { type: 'mcp', url: 'file:///etc/passwd' }],
    ['a base of a file', { kind: 'http', baseUrl: 'file:///etc/passwd' }],
    ['a database', { kind: 'sqlite', database: '/etc/passwd' }],
    ['a variable of the server', { kind: 'http', baseUrl: 'https://a.example/${TOOLCRIB_VAULT_KEYS}' }],
  ])('%s is refused', async (_name, body) => {
    const { status, text } = await world.request('PUT', '/v1/definitions/source/thief', { body });
    expect(status).toBe(422);
    expectNoFile('the definition', { status, text });
    expect(text).not.toContain('daemon:');
  });

  test.each(['../key', './../key', 'sub/../../key', 'link', '/etc/passwd'])(
    'a resource with the file %s is a fault, or a folder of its own',
    async (path) => {
      const tools = `resources:\n  r: {kind: file, uri: 'a://r', path: ${JSON.stringify(path)}}\n`;
      const toolcrib = await startTestServer({ tools, files: { 'sub/a.txt': 'a' } });
      symlinkSync(join(folder, 'key'), join(toolcrib.folder, 'link'));
      await toolcrib.server.reload();
      const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      const read = await toolcrib.request('POST', '/mcp', {
        headers,
        body: { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'a://r' } },
      });
      expect(read.text).not.toContain(secret);
      expect(read.text).not.toContain('root:x:0:0');
      await toolcrib.stop();
    },
  );
});
