// A06: a program named in a request is never run: not by defining a source, not by checking or testing one, not by any operation
// that takes a definition.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sourceKinds } from '../../server/src/kinds/kinds.ts';
import { operations } from '../../server/src/surfaces/rest/operations.ts';
import type { AnyOperation } from '../../server/src/surfaces/rest/operation.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { sampleBodies } from './isolation/sample-bodies.ts';

let toolcrib: TestServer;
let folder: string;
let mark: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-a06-'));
  mark = join(folder, 'it-was-run');
  toolcrib = await startTestServer({ config: { allowed_private: ['127.0.0.1'] } });
});
afterAll(async () => {
  await toolcrib.stop();
  rmSync(folder, { recursive: true, force: true });
});

const program = () => ({ command: '/usr/bin/touch', args: [mark], env: { PATH: '/usr/bin:/bin' } });

describe('A06 a program in a request', () => {
  test('only sources that reach the network by the guarded client can be defined over the API', () => {
    const stdio = sourceKinds.find(({ type }) => type === 'mcp-stdio');
    expect(stdio).toBeDefined();
    expect(stdio?.for_tenants).toBeUndefined();
    // Nothing that a tenant can define has a field for a program.
    for (const kind of sourceKinds.filter(({ for_tenants }) => for_tenants !== undefined)) {
      const parsed = kind.fields.safeParse({ ...program(), type: kind.type, url: 'https://x.example' });
      expect([kind.type, parsed.success]).toEqual([kind.type, false]);
    }
  });

  test.each(['mcp-stdio', 'MCP-STDIO', 'mcp-stdio ', 'stdio', 'mcp'])('as a source of the type "%s"', async (type) => {
    const body = { type, ...program(), ...(type === 'mcp' ? { url: 'https://x.example' } : {}) };
    const saved = await toolcrib.request('PUT', '/v1/definitions/source/evil', { body });
    expect([saved.status, saved.body.error.code]).toEqual([422, 'definition_invalid']);
    const check = { definitions: [{ entity: 'source', name: 'evil', body }] };
    await toolcrib.request('POST', '/v1/definitions/check', { body: check });
    await toolcrib.request('POST', '/v1/sources/evil/mirror', { body: {} });
    const { body: sources } = await toolcrib.request('GET', '/v1/sources');
    expect(JSON.stringify(sources)).not.toContain('evil');
    expect(existsSync(mark)).toBe(false);
  });

  test('in every operation that takes a body, wherever it could stand', async () => {
    const with_body = operations.filter(({ body }) => body !== undefined);
    expect(with_body.length).toBeGreaterThan(20);
    // Twice: what the first round has left would be used by the second.
    for (const operation of [...with_body, ...with_body]) {
      for (const body of poisoned(operation)) await toolcrib.request(operation.method, pathOf(operation), { body });
    }
    // The first name too that a source could have got.
    await toolcrib.request('POST', '/v1/sources/evil/mirror', { body: {} });
    expect(existsSync(mark)).toBe(false);
    // The program of this test does run when it is run.
    expect(existsSync('/usr/bin/touch')).toBe(true);
  });
});

/** The operation's own body with a program in it, and a program alone. */
function poisoned({ id }: AnyOperation): readonly object[] {
  const plain = sampleBodies[id]?.('evil') ?? {};
  const stdio = { type: 'mcp-stdio', ...program() };
  const fields = Object.fromEntries(Object.keys(plain).map((name) => [name, stdio]));
  return [
    // As it is: uses what the others have left.
    plain,
    { ...plain, ...stdio },
    { ...plain, source: stdio, body: stdio, config: stdio, definition: stdio },
    fields,
    stdio,
    { definitions: [{ entity: 'source', name: 'evil', body: stdio }] },
    { ...stdio, kind: 'mcp-stdio' },
  ];
}

function pathOf({ path, params }: AnyOperation): string {
  return Object.keys(params).reduce(
    (filled, name) => filled.replace(`{${name}}`, name === 'entity' ? 'source' : 'evil'),
    path,
  );
}
