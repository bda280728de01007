// Mirrors of other MCP servers over REST, by status.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { described, startChanging } from '../support/mcp-upstream.ts';
import type { ChangingUpstream } from '../support/mcp-upstream.ts';
import { operationCaller } from '../support/operation-caller.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let upstream: ChangingUpstream;
let toolcrib: TestServer;
const call = operationCaller(() => toolcrib);

beforeAll(async () => {
  upstream = await startChanging([described('one')]);
  toolcrib = await startTestServer({
    config: { allowed_private: ['127.0.0.1'] },
    tenants: ['first', 'second'],
    tools: `
kind: source
name: everybodys
type: mcp
url: ${upstream.url}
`,
  });
  const body = { type: 'mcp', url: upstream.url };
  await toolcrib.request('PUT', '/v1/definitions/source/up', { body });
}, 60_000);
afterAll(async () => {
  await toolcrib.stop();
  await upstream.stop();
});

describe('200', () => {
  test('looks, shows and accepts', async () => {
    const looked = await call('lookAtMirror', '/v1/sources/up/mirror', { body: {} });
    expect(looked.body).toMatchObject({ source: 'up', of: 'tenant', tools: [{ name: 'one', state: 'ok' }] });
    await upstream.change({ tools: [described('one'), described('two')] });
    await call('lookAtMirror', '/v1/sources/up/mirror', { body: {} });
    const shown = await call('getMirror', '/v1/sources/up/mirror');
    const [, two] = shown.body.tools;
    expect(two).toMatchObject({ name: 'two', state: 'quarantined', accepted: null, seen: { name: 'two' } });
    const tools = [{ name: 'two', hash: two.seen_hash }];
    const approved = await call('approveMirror', '/v1/sources/up/mirror/approve', { body: { tools } });
    expect(approved.body.tools[1]).toMatchObject({ name: 'two', state: 'ok' });
    const { body } = await toolcrib.request('GET', '/v1/audit/changes');
    const actions = (body.changes as readonly { action: string }[]).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['mirror-looked', 'mirror-approved']));
  });

  test('a server of the files is shown by what is accepted alone', async () => {
    await expect
      .poll(async () => (await call('getMirror', '/v1/sources/everybodys/mirror')).body.tools.length)
      .toBeGreaterThan(0);
    const { body } = await call('getMirror', '/v1/sources/everybodys/mirror');
    expect(body).toMatchObject({ of: 'server' });
    expect(body.tools.every(({ seen }: { seen: unknown }) => seen === null)).toBe(true);
  });
});

describe('404', () => {
  test('for what is no such source, and for one of another tenant', async () => {
    const key = toolcrib.keys['second'] ?? '';
    for (const name of ['up', 'nothing']) {
      const seen = await call('getMirror', `/v1/sources/${name}/mirror`, { key });
      const looked = await call('lookAtMirror', `/v1/sources/${name}/mirror`, { key, body: {} });
      const tools = [{ name: 'one', hash: 'a'.repeat(64) }];
      const approved = await call('approveMirror', `/v1/sources/${name}/mirror/approve`, { key, body: { tools } });
      expect([seen.status, looked.status, approved.status]).toEqual([404, 404, 404]);
    }
  });
});

describe('409', () => {
  test('for a server of the files: that is the operator’s', async () => {
    const looked = await call('lookAtMirror', '/v1/sources/everybodys/mirror', { body: {} });
    const tools = [{ name: 'one', hash: 'a'.repeat(64) }];
    const approved = await call('approveMirror', '/v1/sources/everybodys/mirror/approve', { body: { tools } });
    expect([looked.body.error.code, approved.body.error.code]).toEqual(['conflict', 'conflict']);
  });

  test('for a server that is asked with an account, as long as there is none', async () => {
    const body = { type: 'mcp', url: upstream.url, credential: 'caller' };
    const saved = await toolcrib.request('PUT', '/v1/definitions/source/mine', { body });
    expect(saved.status, saved.text).toBeLessThan(300);
    const looked = await call('lookAtMirror', '/v1/sources/mine/mirror', { body: {} });
    expect([looked.status, looked.body.error.code]).toEqual([409, 'connect_required']);
  });
});

describe('503', () => {
  test('for a server that is not there', async () => {
    const body = { type: 'mcp', url: 'http://127.0.0.1:1/mcp' };
    await toolcrib.request('PUT', '/v1/definitions/source/away', { body });
    const looked = await call('lookAtMirror', '/v1/sources/away/mirror', { body: {} });
    expect([looked.status, looked.body.error.code]).toEqual([503, 'source_unavailable']);
  });
});

describe('400', () => {
  test('for a private address that the server must not reach', async () => {
    const body = { type: 'mcp', url: 'http://169.254.169.254/mcp' };
    await toolcrib.request('PUT', '/v1/definitions/source/inside', { body });
    const looked = await call('lookAtMirror', '/v1/sources/inside/mirror', { body: {} });
    expect(looked.status).toBeGreaterThanOrEqual(400);
    expect(looked.body.error.code).toBe('address_refused');
  });
});
