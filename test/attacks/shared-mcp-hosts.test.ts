// Many MCP servers live at one host, each under a path of its own, and anybody can have one there. An account that was given for one of
// them must not reach its neighbour: a token is for one resource (RFC 8707), which has a path (decision 0151).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { startTestServer } from '../support/test-server.ts';
import type { Answer, TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

let host: LocalHttp;
let toolcrib: TestServer;
let builder: string;

beforeAll(async () => {
  // It takes what comes, as the servers of an attacker do, and is nothing else.
  host = await startLocalHttp((_request, response) => void response.writeHead(404).end());
  toolcrib = await startTestServer({ config: { allowed_private: ['127.0.0.1'] } });
  const scopes = ['tools.use', 'tools.write', 'sources.read', 'credentials.use'];
  builder = (await toolcrib.request('POST', '/v1/keys', { body: { name: 'builder', scopes } })).body.secret;
});
afterAll(async () => {
  await toolcrib.stop();
  await host.close();
});

async function define(path: string): Promise<void> {
  const body = { type: 'mcp', url: `${host.url}${path}`, credential: 'caller' };
  const { status, text } = await toolcrib.request('PUT', '/v1/definitions/source/crm', { key: builder, body });
  expect(status, text).toBe(200);
}

/** By somebody with an account. */
const look = (): Promise<Answer> => toolcrib.request('POST', '/v1/sources/crm/mirror', { body: {} });

async function giveAccount(system: string, token: string): Promise<void> {
  const body = { name: system, system, strategy: 'token', fields: { token } };
  expect((await toolcrib.request('POST', '/v1/credentials', { body })).status).toBe(201);
}

const receivedAt = (path: string): string =>
  JSON.stringify(host.requests.filter((request) => request.path.startsWith(path)));

describe('A03 accounts for one of the servers at a host', () => {
  it('do not reach another one when a builder changes the path', async () => {
    verifies('MCP-02');
    await define('/honest');
    await giveAccount(`crm@${host.url}/honest`, 'victims-token');
    await look();
    expect(receivedAt('/honest')).toContain('victims-token');
    for (const path of ['/evil', '/honest/evil', '/honest/../evil', '/honest%2F..%2Fevil', '/', '/honest?of=evil']) {
      await define(path);
      expect((await look()).body.error.code, path).toBe('connect_required');
    }
    expect(receivedAt('/honest?')).not.toContain('victims-token');
    expect(receivedAt('/honest/')).not.toContain('victims-token');
    expect(receivedAt('/evil')).not.toContain('victims-token');
  });

  it('have a name that no other path can have, however long or odd the path is', async () => {
    const systems = new Set<string>();
    const paths = [
      `/${'a'.repeat(80)}`,
      `/${'a'.repeat(81)}`,
      '/a?b',
      '/a?c',
      '/a%3Fb',
      '/a~b',
      '/a@b',
      '/A',
      '/a',
      '/a/',
    ];
    for (const path of paths) {
      await define(path);
      const { body } = await look();
      expect(body.error.code, path).toBe('connect_required');
      const [, system = ''] = /crm@(\S+)/.exec(body.error.message as string) ?? [];
      systems.add(system.replace(/[.,:;]$/, ''));
    }
    expect(systems.size).toBe(paths.length);
  });
});
