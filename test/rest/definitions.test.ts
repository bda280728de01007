// What tenants define over the API: saved when it works as a whole, called at once, unknown to everybody else, gone when it is
// deleted.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { operationCaller } from '../support/operation-caller.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let service: LocalHttp;
let toolcrib: TestServer;
/** Keys of the owners of two tenants, and of a builder and a member of the first. */
let acme: string;
let other: string;
let builder: string;
let member: string;

beforeAll(async () => {
  service = await startLocalHttp(({ path, headers }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ path, authorization: headers['authorization'] ?? null }));
  });
  toolcrib = await startTestServer({
    tenants: ['acme', 'other'],
    config: { allowed_private: ['127.0.0.1'] },
    tools: `
sources:
  system_service: { kind: http, baseUrl: '${service.url}' }
tools:
  system_tool: { kind: http, source: system_service, description: d, method: GET, path: /system }
toolsets:
  system_set: [system_tool]
`,
  });
  acme = toolcrib.keys['acme'] ?? '';
  other = toolcrib.keys['other'] ?? '';
  builder = await addMember('builder');
  member = await addMember('member');
});
afterAll(async () => {
  await toolcrib.stop();
  await service.close();
});

const call = operationCaller(() => toolcrib);

async function addMember(role: 'builder' | 'member'): Promise<string> {
  const body = { email: `${role}@acme.example`, name: role, role };
  const { user_id } = (await call('createMember', '/v1/members', { body, key: acme })).body;
  const scopes = role === 'builder' ? ['tools.use', 'tools.write', 'sources.read'] : ['tools.use'];
  const made = await call('createKey', '/v1/keys', { body: { name: role, user_id, scopes }, key: acme });
  return made.body.secret as string;
}

const save = (key: string, path: string, body: object) =>
  call('saveDefinition', `/v1/definitions/${path}`, { key, body });
const remove = (key: string, path: string) => call('deleteDefinition', `/v1/definitions/${path}`, { key });
const run = (key: string, tool: string) => call('callTool', `/v1/tools/${tool}/call`, { key, body: { arguments: {} } });
const source = (more: object = {}) => ({ kind: 'http', baseUrl: service.url, ...more });
const tool = (of: string, more: object = {}) => {
  return { kind: 'http', source: of, description: 'd', method: 'GET', path: `/of/${of}`, ...more };
};
/** The messages of a refusal, with their paths. */
const faultsOf = ({ body }: Awaited<ReturnType<typeof save>>): readonly string[] =>
  (body.error?.faults ?? body.faults ?? []).map(
    (fault: { path: string; message: string }) => `${fault.path}: ${fault.message}`,
  );

describe('saveDefinition', () => {
  it('200 by a builder; the tool is listed and called with the next request, by members too', async () => {
    expect((await save(builder, 'source/shop', source())).body).toEqual({
      entity: 'source',
      name: 'shop',
      warnings: [],
    });
    expect((await save(builder, 'tool/orders', tool('shop'))).status).toBe(200);
    expect((await save(builder, 'toolset/sales', { tools: ['orders', 'system_tool'] })).status).toBe(200);
    const answer = await run(member, 'orders');
    expect(answer.body.result.value ?? answer.body).toMatchObject({ path: '/of/shop' });
    const tools = await call('listTools', '/v1/tools', { key: member });
    expect(tools.body.tools.map(({ name }: { name: string }) => name)).toEqual(['orders', 'system_tool']);
    const sets = await call('listToolsets', '/v1/toolsets', { key: member });
    expect(sets.body.toolsets).toContainEqual({ name: 'sales', tools: ['orders', 'system_tool'] });
  });

  it('replaces: the next call uses the new one', async () => {
    await save(builder, 'source/changing', source());
    await save(builder, 'tool/changes', tool('changing'));
    await run(member, 'changes');
    await save(builder, 'tool/changes', tool('changing', { path: '/new' }));
    expect((await run(member, 'changes')).text).toContain('/new');
  });

  it('403 for a member, 404 for no sort of definition', async () => {
    expect((await save(member, 'source/x', source())).body.error.code).toBe('forbidden');
    expect((await save(builder, 'prompt/x', {})).status).toBe(404);
  });

  it('422 with all faults, and nothing is saved', async () => {
    const answer = await save(builder, 'tool/broken', { kind: 'http', source: 'nowhere', method: 'EAT', paht: '/x' });
    expect(answer.status).toBe(422);
    expect(answer.body.error.code).toBe('definition_invalid');
    expect(faultsOf(answer).length).toBeGreaterThan(3);
    expect(faultsOf(answer).every((text) => text.startsWith('tools.broken'))).toBe(true);
    expect(answer.text).not.toContain('"line"');
    expect((await call('getDefinition', '/v1/definitions/tool/broken', { key: builder })).status).toBe(404);
  });

  it('422 for a name that something of the server has, for a bad name, for __proto__', async () => {
    await save(builder, 'source/named', source());
    expect(faultsOf(await save(builder, 'tool/system_tool', tool('named')))[0]).toContain('already');
    expect(faultsOf(await save(builder, 'toolset/system_set', { tools: [] }))[0]).toContain('already');
    for (const name of ['a%20b', '__proto__', 'x'.repeat(129)]) {
      expect((await save(builder, `tool/${name}`, tool('named'))).status).toBe(422);
    }
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      expect((await run(builder, name)).body.error.code).toBe('tool_not_found');
      expect((await save(builder, `tool/${name}`, tool('named'))).status).toBe(200);
      expect((await run(builder, name)).status).toBe(200);
      await remove(builder, `tool/${name}`);
    }
  });

  it("422 for a source of the server's: a tool uses sources of its own scope", async () => {
    expect(faultsOf(await save(builder, 'tool/reaches', tool('system_service')))[0]).toContain('there is no source');
  });

  it.each([
    ['a database', { kind: 'postgres', host: '127.0.0.1', database: 'x', user: 'x', password: 'x' }],
    ['SQLite, which is a file', { kind: 'sqlite', database: '/etc/passwd' }],
    ['a process', { kind: 'mcp-stdio', command: 'sh', args: ['-c', 'id'] }],
  ])('422 for %s', async (_, body) => {
    expect((await save(acme, 'source/reach', body)).status).toBe(422);
  });

  it('422 when what works now would not any more', async () => {
    await save(builder, 'source/needed', source());
    await save(builder, 'tool/needs', tool('needed'));
    const changed = await save(builder, 'source/needed', { kind: 'http', baseUrl: 'no address' });
    expect(changed.status).toBe(422);
    expect((await run(builder, 'needs')).status).toBe(200);
  });

  it.each([
    ['a bigint', '{"kind":"http","baseUrl":"https://a.example","timeout":9007199254740993}'],
    ['NUL', '{"kind":"http","baseUrl":"https://a.example/\\u0000"}'],
    ['a key __proto__', '{"kind":"http","baseUrl":"https://a.example","headers":{"__proto__":"x"}}'],
    ['a list', '[]'],
  ])('400 or 422 for %s', async (_, raw) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await call('saveDefinition', '/v1/definitions/source/odd', { key: builder, raw, headers });
    expect([400, 422]).toContain(answer.status);
  });

  it('two at once are both saved, and together right', async () => {
    await save(builder, 'source/busy', source());
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => save(builder, `tool/busy_${name}`, tool('busy'))),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    for (const name of ['a', 'b', 'c', 'd']) expect((await run(builder, `busy_${name}`)).status).toBe(200);
  });
});

describe('checkDefinitions', () => {
  it('checks a whole file together, and saves nothing', async () => {
    const body = {
      sources: { drawn: source() },
      tools: { draws: tool('drawn') },
      toolsets: { both: { tools: ['draws'] } },
    };
    const checked = await call('checkDefinitions', '/v1/definitions/check', { key: builder, body });
    expect(checked.body).toEqual({ ok: true, faults: [], warnings: [], to_approve: [] });
    expect((await run(builder, 'draws')).status).toBe(404);
    const bad = { ...body, toolsets: { both: { tools: ['nothing'] } } };
    const refused = await call('checkDefinitions', '/v1/definitions/check', { key: builder, body: bad });
    expect(refused.body.ok).toBe(false);
    expect(faultsOf(refused)).toEqual(['toolsets.both.tools[0]: there is no tool "nothing"']);
  });
});

describe('listDefinitions, getDefinition, deleteDefinition', () => {
  it('shows what is there, in the words in which it was written', async () => {
    const fields = source({ headers: { 'X-B': 'b', 'X-A': 'a' }, timeout: '5s' });
    await save(builder, 'source/shown', fields);
    const got = await call('getDefinition', '/v1/definitions/source/shown', { key: builder });
    expect(JSON.stringify(got.body.fields)).toBe(JSON.stringify(fields));
    const list = await call('listDefinitions', '/v1/definitions', { key: builder });
    const one = list.body.definitions.find(({ name }: { name: string }) => name === 'shown');
    expect(one).toMatchObject({ entity: 'source', type: 'http', faults: [] });
    expect((await call('listDefinitions', '/v1/definitions', { key: member })).status).toBe(403);
  });

  it('409 while others need it; then it is gone with its tool', async () => {
    await save(builder, 'source/held', source());
    await save(builder, 'tool/holds', tool('held'));
    await save(builder, 'toolset/of_holds', { tools: ['holds'] });
    expect((await remove(builder, 'source/held')).body.error.message).toContain('the tool "holds"');
    expect((await remove(builder, 'tool/holds')).body.error.message).toContain('the toolset "of_holds"');
    for (const path of ['toolset/of_holds', 'tool/holds', 'source/held']) {
      expect((await remove(builder, path)).status).toBe(200);
    }
    expect((await run(builder, 'holds')).status).toBe(404);
    expect((await remove(builder, 'source/held')).status).toBe(404);
  });

  it('is recorded', async () => {
    const changes = await call('listChanges', '/v1/audit/changes', { key: acme });
    const actions = changes.body.changes.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(expect.arrayContaining(['definition-saved', 'definition-deleted']));
  });
});

describe('another tenant', () => {
  it('A07: neither lists nor calls nor reads it, and may have the same names', async () => {
    await save(builder, 'source/same', source());
    await save(builder, 'tool/same', tool('same', { path: '/acme' }));
    expect((await run(other, 'same')).status).toBe(404);
    expect((await call('getDefinition', '/v1/definitions/tool/same', { key: other })).status).toBe(404);
    expect((await remove(other, 'tool/same')).status).toBe(404);
    expect((await save(other, 'tool/same', tool('same'))).status).toBe(422);
    await save(other, 'source/same', source());
    await save(other, 'tool/same', tool('same', { path: '/other' }));
    const paths = await Promise.all([run(builder, 'same'), run(other, 'same')]);
    expect(paths.map(({ text }) => /acme|other/.exec(text)?.[0])).toEqual(['acme', 'other']);
    const list = await call('listDefinitions', '/v1/definitions', { key: other });
    expect(list.body.definitions).toHaveLength(2);
  });
});
