// Settings of packs over REST: origins, isolation of tenants and workspaces, secrets that stay where they belong, and what
// calls are made with.
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPackWorld } from '../support/pack-world.ts';
import type { PackWorld } from '../support/pack-world.ts';
import { operationCaller } from '../support/operation-caller.ts';
import { verifies } from '../support/verifies.ts';

const packs = {
  'chat/manifest.yaml': `
code: chat
display_name: Chat
version: "2.1.0"
type: system
config:
  schema:
    - { name: base_url, type: string, required: true, env_var: CHAT_URL }
    - { name: api_token, type: string, required: true, env_var: CHAT_TOKEN, secret: true }
    - { name: retries, type: integer, default: 2 }
tools:
  - name: chat.send
    description: Sends a message.
    input_schema: { type: object, properties: { to: { type: string } }, required: [to], additionalProperties: false }
    category: communication
    remote: { tool_type: chat, action: send }
  - { name: chat.look, backend: "tools:look" }
`,
  'chat/tools.ts': `
import { defineTool, ToolError } from '@toolcrib/client';
export const look = defineTool({
  name: 'chat.look', description: 'Looks.', read_only: true, auth: { system: 'chat', strategies: ['token'] },
  input: { type: 'object', properties: { how: { type: 'string' } } },
  run: async ({ how }, ctx) => {
    if (how === 'throw') throw new Error('with ' + ctx.config.api_token + ' and ' + ctx.credential.token);
    if (how === 'refuse') throw new ToolError('no_channel', 'There is no channel for ' + ctx.config.api_token);
    if (how === 'date') return { at: new Date(0) };
    if (how === 'config') return ctx.config;
    const answer = await ctx.fetch(ctx.config.base_url + '/look', { headers: { authorization: 'Bearer ' + ctx.credential.token } });
    return answer.json();
  },
});
`,
  'chat/routes.ts': `
import { defineRoute, ToolError } from '@toolcrib/client';
export const channels = defineRoute({
  method: 'GET', path: '/channels/{kind}', permission: 'packs.read',
  handler: ({ params, query }, ctx) => ({ kind: params.kind, query, tenant: ctx.tenant.slug, retries: ctx.config.retries, token: ctx.config.api_token ?? null }),
});
export const change = defineRoute({
  method: 'POST', path: '/channels',
  handler: ({ body }) => { if (body === undefined) throw new ToolError('empty', 'Nothing to add.'); return { added: body }; },
});
`,
  'chat/ui_schema.json': '{"order": ["base_url", "api_token"]}',
};

interface Seen {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into it
  readonly body: any;
}

async function startService(): Promise<{ server: Server; url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    seen.push({ path: request.url ?? '', headers: request.headers, body: body === '' ? undefined : JSON.parse(body) });
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ success: true, result: { seen: seen.length }, timestamp: '2026-01-01T00:00:00Z' }));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

let world: PackWorld;
let service: Awaited<ReturnType<typeof startService>>;
let theirs: Awaited<ReturnType<typeof startService>>;
const call = operationCaller(() => world);

beforeAll(async () => {
  [service, theirs] = [await startService(), await startService()];
  const environment: Record<string, string> = { CHAT_URL: service.url, CHAT_TOKEN: 'token-of-the-operator' };
  world = await startPackWorld({
    packs,
    tenants: ['acme', 'globex'],
    environment: (name) => environment[name],
    config: { allowed_private: ['127.0.0.1'] },
  });
});
afterAll(async () => {
  await world.stop();
  service.server.close();
  theirs.server.close();
});

function keyOf(tenant: string): string {
  return world.keys[tenant] ?? '';
}

async function reset(key: string): Promise<void> {
  const body = {
    connection_type: 'local',
    remote_cluster_url: null,
    remote_connection_id: null,
    config: { base_url: null, api_token: null, retries: null },
  };
  expect((await call('setPackSettings', '/v1/packs/chat/settings', { key, body })).status).toBe(200);
}

describe('listPacks, getPack, setPack', () => {
  test('200 with where each value comes from, and no secret', async () => {
    verifies('PAK-02');
    const key = keyOf('acme');
    const { body: list } = await call('listPacks', '/v1/packs', { key });
    expect(list.packs).toMatchObject([{ code: 'chat', type: 'system', enabled: true, configured: true, tools: 2 }]);
    const { text: shown, body } = await call('getPack', '/v1/packs/chat', { key });
    expect(body.fields).toMatchObject([
      { name: 'base_url', origin: 'environment', value: service.url, address: true },
      { name: 'api_token', origin: 'environment', value: null, is_set: true, secret: true },
      { name: 'retries', origin: 'default', value: 2 },
    ]);
    expect(shown).not.toContain('token-of-the-operator');
    expect(body.ui_schema).toEqual({ order: ['base_url', 'api_token'] });
    expect(body.routes).toContainEqual({ method: 'GET', path: '/packs/chat/channels/{kind}', summary: '' });
  });

  test('404 for a pack that is not there', async () => {
    expect((await call('getPack', '/v1/packs/nothing')).status).toBe(404);
    expect((await call('setPack', '/v1/packs/__proto__', { body: { enabled: true } })).status).toBe(404);
  });

  test('409 for turning a system pack off', async () => {
    expect((await call('setPack', '/v1/packs/chat', { body: { enabled: false } })).status).toBe(409);
  });
});

describe('setPackSettings', () => {
  test('400 with every fault at once', async () => {
    const body = { remote_cluster_url: 'ftp://x', config: { base_url: 'nowhere', retries: 'two', api_tokn: 'x' } };
    const { status, body: answer } = await call('setPackSettings', '/v1/packs/chat/settings', { body });
    expect(status).toBe(400);
    expect(answer.error.faults).toMatchObject([
      { path: 'remote_cluster_url' },
      { path: 'config.base_url' },
      { path: 'config.retries', message: 'must be an integer' },
      { path: 'config.api_tokn', hint: expect.stringContaining('api_token') },
    ]);
  });

  test("404 for another tenant's workspace, and nothing of a tenant shows in another", async () => {
    const [acme, globex] = [keyOf('acme'), keyOf('globex')];
    const { body: spaces } = await world.request('GET', '/v1/workspaces', { key: globex });
    const foreign = { workspace_id: spaces.workspaces[0].id, config: { retries: 9 } };
    expect((await call('setPackSettings', '/v1/packs/chat/settings', { key: acme, body: foreign })).status).toBe(404);
    await call('setPackSettings', '/v1/packs/chat/settings', { key: acme, body: { config: { retries: 5 } } });
    const { body } = await call('getPack', '/v1/packs/chat', { key: globex });
    expect(body.fields[2]).toMatchObject({ origin: 'default', value: 2 });
    await reset(acme);
  });

  test('200 for a workspace, whose settings count before those of the tenant', async () => {
    const key = keyOf('acme');
    const { body: spaces } = await world.request('GET', '/v1/workspaces', { key });
    const workspace_id = spaces.workspaces[0].id;
    await call('setPackSettings', '/v1/packs/chat/settings', { key, body: { config: { retries: 5 } } });
    const set = await call('setPackSettings', '/v1/packs/chat/settings', {
      key,
      body: { workspace_id, config: { retries: 6 } },
    });
    expect(set.body.fields[2]).toMatchObject({ origin: 'workspace', value: 6 });
    const { body } = await call('getPack', '/v1/packs/chat', { key });
    expect(body.fields[2]).toMatchObject({ origin: 'tenant', value: 5 });
    await call('setPackSettings', '/v1/packs/chat/settings', {
      key,
      body: { workspace_id, config: { retries: null } },
    });
    await reset(key);
  });
});

describe('a remote tool of a pack', () => {
  test('is called by the contract, with the settings of the operator', async () => {
    verifies('PAK-03');
    const key = keyOf('globex');
    expect(await world.call('chat.send', { to: 'U1' }, key)).toMatchObject({ status: 200 });
    const { path, headers, body } = service.seen.at(-1) ?? { path: '', headers: {}, body: {} };
    expect({ path, authorization: headers.authorization }).toEqual({
      path: '/v1/tools/chat.send',
      authorization: 'Bearer token-of-the-operator',
    });
    expect(body).toEqual({ to: 'U1', context: expect.objectContaining({ execution_id: expect.any(String) }) });
  });

  test("A05: the operator's token is not sent to the address of a tenant", async () => {
    const key = keyOf('acme');
    const before = theirs.seen.length;
    for (const body of [
      { config: { base_url: theirs.url } },
      { connection_type: 'remote', remote_cluster_url: theirs.url, remote_connection_id: 'c1' },
    ]) {
      await call('setPackSettings', '/v1/packs/chat/settings', { key, body });
      const { status, error } = await world.call('chat.send', { to: 'U1' }, key);
      expect({ status, code: error.code, path: error.faults[0].path }).toEqual({
        ...{ status: 409, code: 'pack_not_configured', path: 'config.api_token' },
      });
      await reset(key);
    }
    expect(theirs.seen.length).toBe(before);
  });

  test("a tenant's own token goes to its own address with its connection, and not to the next address", async () => {
    const key = keyOf('acme');
    const connection = { connection_type: 'remote', remote_cluster_url: theirs.url, remote_connection_id: 'channel-7' };
    await call('setPackSettings', '/v1/packs/chat/settings', {
      key,
      body: { ...connection, config: { api_token: 'own-token' } },
    });
    expect(await world.call('chat.send', { to: 'U1' }, key)).toMatchObject({ status: 200 });
    expect(theirs.seen.at(-1)).toMatchObject({
      headers: { authorization: 'Bearer own-token' },
      body: { to: 'U1', channel_id: 'channel-7' },
    });
    // Whoever may change the address does not come by the token.
    const moved = { remote_cluster_url: 'http://127.0.0.1:9' };
    const { body } = await call('setPackSettings', '/v1/packs/chat/settings', { key, body: moved });
    expect(body.fields[1]).toMatchObject({ name: 'api_token', is_set: false });
    await reset(key);
  });
});

describe('a function of a pack', () => {
  test("accounts of people are asked for by the tenant's address, and not sent there", async () => {
    const key = keyOf('acme');
    const account = { name: 'mine', system: 'chat', strategy: 'token', fields: { token: 'account-of-ada' } };
    expect((await world.request('POST', '/v1/credentials', { key, body: account })).status).toBe(201);
    expect(await world.call('chat.look', {}, key)).toMatchObject({ status: 200 });
    expect(service.seen.at(-1)?.headers.authorization).toBe('Bearer account-of-ada');
    const before = theirs.seen.length;
    await call('setPackSettings', '/v1/packs/chat/settings', {
      key,
      body: { config: { base_url: theirs.url, api_token: 'own' } },
    });
    const paused = await world.call('chat.look', {}, key);
    expect(paused.error).toMatchObject({
      code: 'connect_required',
      message: expect.stringContaining('chat@http://127.0.0.1'),
    });
    expect(theirs.seen.length).toBe(before);
    await world.request('POST', '/v1/credentials', {
      key,
      body: { ...account, name: 'there', system: `chat@${theirs.url}` },
    });
    expect(await world.call('chat.look', {}, key)).toMatchObject({ status: 200 });
    await reset(key);
  });

  test('what it throws is told by its code, or not at all, and no secret is in answers or logs', async () => {
    verifies('PAK-03');
    const key = keyOf('acme');
    const thrown = await world.call('chat.look', { how: 'throw' }, key);
    expect(thrown).toMatchObject({ status: 502, error: { code: 'tool_failed' } });
    const refused = await world.call('chat.look', { how: 'refuse' }, key);
    expect(refused.error).toMatchObject({
      code: 'tool_refused',
      service_error: { code: 'no_channel', message: 'There is no channel for [secret api_token]' },
    });
    expect((await world.call('chat.look', { how: 'date' }, key)).error).toMatchObject({
      code: 'result_invalid',
      faults: [{ path: 'at', message: 'is a Date, which is not plain JSON' }],
    });
    expect((await world.call('chat.look', { how: 'config' }, key)).value.api_token).toBe('[secret api_token]');
    const logged = world.log_lines.join('\n');
    expect(logged).toContain('tools.ts');
    expect(logged).not.toContain('token-of-the-operator');
    expect(logged).not.toContain('account-of-ada');
  });
});

describe('settings endpoints of a pack', () => {
  test('200 with the settings of the tenant, its secrets taken out', async () => {
    verifies('PAK-03');
    const { status, body } = await world.request('GET', '/packs/chat/channels/open?a=1', { key: keyOf('acme') });
    expect(status).toBe(200);
    expect(body).toEqual({ kind: 'open', query: { a: '1' }, tenant: 'acme', retries: 2, token: '[secret api_token]' });
    const added = await world.request('POST', '/packs/chat/channels', { key: keyOf('acme'), body: { id: 1 } });
    expect(added.body).toEqual({ added: { id: 1 } });
  });

  test('401 without a key, 403 without the permission, 404 for what is not there, and its own errors', async () => {
    expect((await world.request('GET', '/packs/chat/channels/open', { key: '' })).status).toBe(401);
    const key = keyOf('acme');
    const { body: made } = await world.request('POST', '/v1/keys', {
      key,
      body: { name: 'few', scopes: ['packs.read'] },
    });
    expect((await world.request('GET', '/packs/chat/channels/open', { key: made.secret })).status).toBe(200);
    expect((await world.request('POST', '/packs/chat/channels', { key: made.secret, body: {} })).status).toBe(403);
    expect((await world.request('GET', '/packs/chat/nothing', { key })).status).toBe(404);
    expect((await world.request('GET', '/packs/none/channels/open', { key })).status).toBe(404);
    const { status, body } = await world.request('POST', '/packs/chat/channels', { key });
    expect({ status, code: body.error.code }).toEqual({ status: 422, code: 'tool_refused' });
  });
});
