// Calls in a workspace: a key belongs to one, and its calls have the settings of that workspace and no other.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../server/src/cli/run.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { startPackWorld } from '../support/pack-world.ts';
import type { PackWorld } from '../support/pack-world.ts';
import { addPerson } from '../support/people.ts';
import { verifies } from '../support/verifies.ts';

const packs = {
  'chat/manifest.yaml': `
code: chat
display_name: Chat
version: "1.0.0"
type: system
config:
  schema:
    - { name: base_url, type: string, required: true }
    - { name: api_token, type: string, secret: true }
    - { name: label, type: string, default: none, address: false }
tools:
  - name: chat.send
    description: Sends a message.
    input_schema: { type: object, properties: { to: { type: string } }, required: [to], additionalProperties: false }
    danger_level: low
    remote: { tool_type: chat, action: send }
  - { name: chat.where, backend: "tools:where" }
`,
  'chat/tools.ts': `
import { defineTool } from '@toolcrib/client';
export const where = defineTool({
  name: 'chat.where', description: 'Says where it runs.', read_only: true,
  input: { type: 'object', additionalProperties: false },
  run: (args, ctx) => ({ workspace: ctx.workspace.id, label: ctx.config.label, id: ctx.connection.remote_connection_id }),
});
`,
  'chat/routes.ts': `
import { defineRoute } from '@toolcrib/client';
export const label = defineRoute({
  method: 'GET', path: '/label', permission: 'packs.read', handler: (request, ctx) => ({ label: ctx.config.label }),
});
`,
};

let service: LocalHttp;
let world: PackWorld;
beforeAll(async () => {
  service = await startLocalHttp((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ success: true, result: JSON.parse(request.body), timestamp: '2026-01-01T00:00:00Z' }),
    );
  });
  world = await startPackWorld({
    packs,
    tenants: ['acme', 'globex'],
    config: { allowed_private: ['127.0.0.1'] },
  });
});
afterAll(async () => {
  await world.stop();
  await service.close();
});

const globex = (): { readonly key: string } => ({ key: world.keys['globex'] ?? '' });

async function workspace(slug: string, key = world.key): Promise<string> {
  const { body } = await world.request('POST', '/v1/workspaces', { key, body: { slug } });
  return body.id;
}

async function idOfMain(): Promise<string> {
  const { workspaces } = (await world.request('GET', '/v1/workspaces')).body;
  return workspaces.find(({ slug }: { slug: string }) => slug === 'main').id;
}

const makeKey = (body: object, key = world.key) =>
  world.request('POST', '/v1/keys', { key, body: { name: 'key', ...body } });

async function keyIn(slug: string): Promise<string> {
  return (await makeKey({ workspace: slug })).body.secret;
}

const setSettings = (body: object, key = world.key) => world.request('PUT', '/v1/packs/chat/settings', { key, body });

const originsOf = (body: { readonly fields: readonly { name: string; origin: string }[] }): object =>
  Object.fromEntries(body.fields.map(({ name, origin }) => [name, origin]));

describe('a pack in two workspaces', () => {
  test('each key gets the settings, the connection and the context of its own', async () => {
    verifies('PAK-02');
    const [main_id, lab_id] = [await idOfMain(), await workspace('lab')];
    const remote = { connection_type: 'remote', remote_cluster_url: service.url };
    await setSettings({ ...remote, remote_connection_id: 'channel-main', config: { api_token: 'one', label: 'all' } });
    const own = { connection_type: 'remote', remote_connection_id: 'channel-lab', config: { label: 'lab' } };
    const shown = await setSettings({ ...own, workspace_id: lab_id });
    expect(originsOf(shown.body)).toEqual({ base_url: 'tenant', api_token: 'tenant', label: 'workspace' });
    expect(shown.body).toMatchObject({ workspace_id: lab_id, connection: { remote_connection_id: 'channel-lab' } });
    const whole = await world.request('GET', '/v1/packs/chat');
    expect(originsOf(whole.body)).toEqual({ base_url: 'tenant', api_token: 'tenant', label: 'tenant' });

    const lab = await keyIn('lab');
    // By turns: nothing of one call is left for the next.
    for (const [key, id, channel_id, label] of [
      [world.key, main_id, 'channel-main', 'all'],
      [lab, lab_id, 'channel-lab', 'lab'],
      [world.key, main_id, 'channel-main', 'all'],
      [lab, lab_id, 'channel-lab', 'lab'],
    ] as const) {
      const { value } = await world.call('chat.send', { to: 'U1' }, key);
      expect(value).toMatchObject({ to: 'U1', channel_id, context: { workspace_id: id } });
      expect((await world.call('chat.where', {}, key)).value).toEqual({ workspace: id, label, id: channel_id });
      const route = await world.request('GET', '/packs/chat/label', { key });
      expect(route.body).toEqual({ label });
    }
  });

  test("a change counts at the next call, in its workspace alone, and one's own secret wins", async () => {
    const bench_id = await workspace('bench');
    const bench = await keyIn('bench');
    expect((await world.call('chat.where', {}, bench)).value).toMatchObject({ label: 'all', id: 'channel-main' });
    await setSettings({ workspace_id: bench_id, config: { label: 'bench', api_token: 'two' } });
    expect((await world.call('chat.where', {}, bench)).value).toMatchObject({ label: 'bench', id: 'channel-main' });
    expect((await world.call('chat.where', {})).value).toMatchObject({ label: 'all' });
    for (const [key, token] of [
      [bench, 'Bearer two'],
      [world.key, 'Bearer one'],
    ] as const) {
      await world.call('chat.send', { to: 'U2' }, key);
      expect(service.requests.at(-1)?.headers.authorization).toBe(token);
    }
  });

  test("another tenant's workspace is no workspace", async () => {
    const foreign = await workspace('theirs', globex().key);
    expect(await setSettings({ workspace_id: foreign, config: { label: 'x' } })).toMatchObject({ status: 404 });
    const refused = await makeKey({ workspace: 'theirs' });
    const unknown = await makeKey({ workspace: 'nowhere' });
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'body_invalid' } } });
    expect(refused.body.error.faults).toMatchObject([{ path: 'workspace', message: 'is not there' }]);
    expect(refused.body.error.faults).toEqual(unknown.body.error.faults);
  });
});

describe('keys of a workspace', () => {
  test('are shown with it, and are of main unless another is named', async () => {
    await workspace('shown');
    const made = await makeKey({ workspace: 'shown' });
    expect(made).toMatchObject({ status: 201, body: { key: { workspace: 'shown' } } });
    const { keys } = (await world.request('GET', '/v1/keys')).body;
    const { id } = made.body.key;
    expect(keys.find((one: { id: string }) => one.id === id)).toMatchObject({ workspace: 'shown' });
    expect(keys.find(({ name }: { name: string }) => name === 'first key')).toMatchObject({ workspace: 'main' });
    expect((await makeKey({})).body.key).toMatchObject({ workspace: 'main' });
  });

  test('a key makes keys for its own workspace, whatever it may otherwise', async () => {
    await workspace('own');
    await workspace('foreign');
    const own = await keyIn('own');
    expect((await makeKey({}, own)).body.key).toMatchObject({ workspace: 'own' });
    expect((await makeKey({ workspace: 'own' }, own)).body.key).toMatchObject({ workspace: 'own' });
    for (const other of ['main', 'foreign']) {
      expect((await makeKey({ workspace: other }, own)).body.error.faults).toMatchObject([{ path: 'workspace' }]);
    }
    // A key of main names another one only where it may make and delete workspaces.
    const narrow = (await makeKey({ scopes: ['keys.write', 'tools.use'] })).body.secret;
    expect((await makeKey({ workspace: 'main' }, narrow)).status).toBe(201);
    expect((await makeKey({ workspace: 'own' }, narrow)).status).toBe(400);
  });

  test('whoever is signed in may make one for any workspace, and works in main', async () => {
    await workspace('open');
    const { cookie } = await addPerson(world, { email: 'ann@acme.example' });
    const headers = { cookie, origin: new URL(world.url).origin };
    const made = await world.request('POST', '/v1/keys', { key: '', headers, body: { name: 'x', workspace: 'open' } });
    expect(made).toMatchObject({ status: 201, body: { key: { workspace: 'open' } } });
    const called = await world.request('POST', '/v1/tools/chat.where/call', { key: '', headers, body: {} });
    expect(called.body.result.value).toMatchObject({ workspace: await idOfMain(), label: 'all' });
  });

  test('end with it, at once and for good', async () => {
    await workspace('brief');
    const { secret, key } = (await makeKey({ workspace: 'brief' })).body;
    expect((await world.call('chat.where', {}, secret)).status).toBe(200);
    expect((await world.request('DELETE', '/v1/workspaces/brief')).status).toBe(200);
    expect((await world.call('chat.where', {}, secret)).status).toBe(401);
    const { changes } = (await world.request('GET', '/v1/audit/changes')).body;
    expect(changes.slice(0, 2)).toMatchObject([
      { action: 'workspace-deleted' },
      { action: 'key-revoked', target_id: key.id },
    ]);
    await workspace('brief');
    expect((await world.call('chat.where', {}, secret)).status).toBe(401);
    const { keys } = (await world.request('GET', '/v1/keys')).body;
    expect(keys.find(({ id }: { id: string }) => id === key.id).revoked_at).not.toBeNull();
  });

  test('one made while its workspace is deleted ends with it, or is not made', async () => {
    for (let round = 0; round < 5; round += 1) {
      await workspace('raced');
      const [made, gone] = await Promise.all([
        makeKey({ workspace: 'raced' }),
        world.request('DELETE', '/v1/workspaces/raced'),
        makeKey({ workspace: 'raced' }),
      ]);
      expect(gone.status).toBe(200);
      expect([201, 400]).toContain(made.status);
      if (made.status === 201) expect((await world.call('chat.where', {}, made.body.secret)).status).toBe(401);
    }
  });
});

test('toolcrib key create --workspace', async () => {
  await workspace('terminal');
  let [out, err] = ['', ''];
  const run = (slug: string) =>
    runCli(['key', 'create', 'cli', '--workspace', slug, '--url', world.url, '--key', world.key], {
      out: (text) => (out += text),
      err: (text) => (err += text),
    });
  expect(await run('terminal'), err).toBe(0);
  const made = await makeKey({}, out.trim());
  expect(made.body.key).toMatchObject({ workspace: 'terminal' });
  expect(await run('nowhere')).not.toBe(0);
  expect(err).toContain('GET /v1/workspaces lists them');
});
