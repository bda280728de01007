// The REST surface, operation by operation, on the real server with its embedded database.
import { readFileSync, readdirSync } from 'node:fs';
import { ajv2020 } from '../support/ajv.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../server/src/surfaces/rest/operations.ts';
import { operationCaller } from '../support/operation-caller.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

let toolcrib: TestServer;
beforeAll(async () => {
  toolcrib = await startTestServer({ tenants: ['acme', 'other'] });
});
afterAll(() => toolcrib.stop());

const call = operationCaller(() => toolcrib);

describe('callTool', () => {
  it('200 answers with rows', async () => {
    const answer = await call('callTool', '/v1/tools/search_flights_by_number/call', {
      body: { arguments: { airline: 'CY', flight_number: '888' } },
    });
    expect(answer.status).toBe(200);
    expect(answer.body.result.rows[0]).toMatchObject({ airline: 'CY', flight_number: '888', origin: 'SFO' });
  });

  it('404 names near tools', async () => {
    const answer = await call('callTool', '/v1/tools/search_flights_by_numbr/call', { body: {} });
    expect([answer.status, answer.body.error.code]).toEqual([404, 'tool_not_found']);
    expect(answer.body.error.hint).toContain('search_flights_by_number');
  });
});

describe('listTools', () => {
  it('200 lists what can be called, with valid schemas', async () => {
    const { body } = await call('listTools', '/v1/tools');
    expect(body.tools.map((tool: { name: string }) => tool.name)).toEqual([
      'list_flights_from',
      'search_flights_by_number',
    ]);
    for (const tool of body.tools) expect(ajv2020.validateSchema(tool.input_schema)).toBe(true);
  });

  it('200 lists a toolset in its own order, 404 an unknown one', async () => {
    const { body } = await call('listTools', '/v1/tools?toolset=flights');
    expect(body.tools[0].name).toBe('search_flights_by_number');
    expect((await call('listTools', '/v1/tools?toolset=flihgts')).body.error).toMatchObject({
      code: 'toolset_not_found',
      hint: expect.stringContaining('"flights"'),
    });
  });

  it('400 refuses an unknown query parameter', async () => {
    expect((await call('listTools', '/v1/tools?tolset=x')).body.error.code).toBe('body_invalid');
  });
});

describe('getTool and listToolsets', () => {
  it('200', async () => {
    expect((await call('getTool', '/v1/tools/list_flights_from')).body.input_schema.required).toEqual(['airport']);
    expect((await call('listToolsets', '/v1/toolsets')).body.toolsets).toEqual([
      { name: 'flights', tools: ['search_flights_by_number', 'list_flights_from'] },
    ]);
  });

  it('404', async () => {
    expect((await call('getTool', '/v1/tools/nothing')).status).toBe(404);
  });
});

describe('getMe', () => {
  it('200 says whom the key speaks for', async () => {
    expect((await call('getMe', '/v1/me')).body).toMatchObject({
      tenant: { slug: 'acme' },
      user: { email: 'owner@acme.example' },
      role: 'owner',
    });
  });
});

describe('keys', () => {
  it('201 makes a key that works, lists it without its secret, and revokes it at once', async () => {
    const made = await call('createKey', '/v1/keys', { body: { name: 'ci', scopes: ['tools.use'] } });
    expect(made.status).toBe(201);
    const { secret, key } = made.body;
    expect((await call('listTools', '/v1/tools', { key: secret })).status).toBe(200);
    const listed = await call('listKeys', '/v1/keys');
    expect(listed.body.keys.find((one: { id: string }) => one.id === key.id).last_used_at).not.toBeNull();
    expect(listed.text).not.toContain(secret.slice(-20));
    expect((await call('revokeKey', `/v1/keys/${key.id}`)).status).toBe(200);
    expect((await call('listTools', '/v1/tools', { key: secret })).status).toBe(401);
    expect((await call('revokeKey', `/v1/keys/${key.id}`)).status).toBe(200);
  });

  it('403 never makes a key that may do more than the key that makes it', async () => {
    const made = await call('createKey', '/v1/keys', { body: { name: 'small', scopes: ['keys.write', 'keys.read'] } });
    const small = { key: made.body.secret as string };
    const more = await call('createKey', '/v1/keys', { body: { name: 'more', scopes: ['tools.use'] }, ...small });
    expect([more.status, more.body.error.code]).toEqual([403, 'forbidden']);
    const same = await call('createKey', '/v1/keys', { body: { name: 'same' }, ...small });
    expect(same.body.key.scopes.toSorted()).toEqual(['keys.read', 'keys.write']);
    expect((await call('listMembers', '/v1/members', small)).status).toBe(403);
  });

  it('400 lists every fault of the body', async () => {
    const answer = await call('createKey', '/v1/keys', { body: { name: '', scopes: ['x'], expire: 1 } });
    expect(answer.status).toBe(400);
    expect(answer.body.error.faults.map((fault: { path: string }) => fault.path).toSorted()).toEqual([
      'body',
      'body.name',
      'body.scopes.0',
    ]);
    const past = await call('createKey', '/v1/keys', { body: { name: 'x', expires_at: '2020-01-01T00:00:00Z' } });
    expect(past.body.error.faults[0].path).toBe('body.expires_at');
  });

  it('404 for a key of another tenant, of another form, or for a member elsewhere', async () => {
    const made = await call('createKey', '/v1/keys', { body: { name: 'mine' } });
    const foreign = await call('revokeKey', `/v1/keys/${made.body.key.id}`, { key: toolcrib.keys['other'] ?? '' });
    const unknown = await call('revokeKey', '/v1/keys/not-an-id');
    expect([foreign.status, unknown.status]).toEqual([404, 404]);
    expect((await call('listTools', '/v1/tools', { key: made.body.secret })).status).toBe(200);
    const me = (await call('getMe', '/v1/me', { key: toolcrib.keys['other'] ?? '' })).body.user.id;
    expect((await call('createKey', '/v1/keys', { body: { name: 'x', user_id: me } })).status).toBe(404);
  });
});

describe('members', () => {
  it('201 adds a member who can be given a key, 409 twice', async () => {
    const body = { email: 'Ada@Acme.example', name: 'Ada', role: 'member' };
    const made = await call('createMember', '/v1/members', { body });
    expect([made.status, made.body.email]).toEqual([201, 'ada@acme.example']);
    expect((await call('createMember', '/v1/members', { body })).status).toBe(409);
    const all = await call('listMembers', '/v1/members');
    expect(all.body.members.map((one: { email: string }) => one.email)).toContain('ada@acme.example');
    const key = await call('createKey', '/v1/keys', {
      body: { name: 'for Ada', scopes: ['tools.use', 'keys.read', 'keys.write'], user_id: made.body.user_id },
    });
    const ada = { key: key.body.secret as string };
    expect((await call('getMe', '/v1/me', ada)).body).toMatchObject({ role: 'member', user: { name: 'Ada' } });
    expect((await call('listKeys', '/v1/keys', ada)).body.keys).toHaveLength(1);
    expect((await call('listCalls', '/v1/audit/calls', ada)).status).toBe(403);
    expect(
      (await call('createKey', '/v1/keys', { body: { name: 'x', scopes: ['members.write'] }, ...ada })).status,
    ).toBe(403);
  });

  it("does not tell a tenant another tenant's name of the same person", async () => {
    const other = { key: toolcrib.keys['other'] ?? '' };
    await call('createMember', '/v1/members', {
      body: { email: 'bo@x.example', name: 'Secret Bo', role: 'member' },
      ...other,
    });
    const before = await call('listMembers', '/v1/members');
    expect(before.text).not.toContain('bo@x.example');
  });

  it('403 for an owner made by an admin', async () => {
    const admin = await call('createMember', '/v1/members', {
      body: { email: 'admin@acme.example', name: 'Admin', role: 'admin' },
    });
    const { secret } = (await call('createKey', '/v1/keys', { body: { name: 'a', user_id: admin.body.user_id } })).body;
    const body = { email: 'x@acme.example', name: 'X', role: 'owner' };
    expect((await call('createMember', '/v1/members', { body, key: secret })).status).toBe(403);
  });
});

describe('listCalls', () => {
  it('200 shows each call with who, what, digest and outcome, by pages, to its own tenant only', async () => {
    verifies('GOV-01', 'TEN-01');
    const other = { key: toolcrib.keys['other'] ?? '' };
    const path = '/v1/tools/list_flights_from/call';
    const good = await call('callTool', path, { body: { arguments: { airport: 'SFO' } }, ...other });
    await call('callTool', path, { body: { arguments: { airport: 7 } }, ...other });
    await call('callTool', '/v1/tools/nothing/call', { body: {}, ...other });
    const page = (await call('listCalls', '/v1/audit/calls?limit=2', other)).body;
    const rest = (await call('listCalls', `/v1/audit/calls?before=${page.next}`, other)).body;
    const calls = [...page.calls, ...rest.calls];
    expect(calls.map((one) => [one.tool, one.outcome, one.error_code, one.result_rows])).toEqual([
      ['nothing', 'error', 'tool_not_found', null],
      ['list_flights_from', 'error', 'arguments_invalid', null],
      ['list_flights_from', 'ok', null, 5],
    ]);
    expect(calls[2]).toMatchObject({ id: good.body.call_id, surface: 'rest', truncated: false });
    expect(calls[2].arguments_digest).toMatch(/^[0-9a-f]{64}$/);
    expect(rest.next).toBeUndefined();
  });
});

describe('listChanges', () => {
  it('200 shows who made and ended keys and members, by pages, to its own tenant only', async () => {
    const other = { key: toolcrib.keys['other'] ?? '' };
    const made = (await call('createKey', '/v1/keys', { body: { name: 'brief' }, ...other })).body.key;
    await call('revokeKey', `/v1/keys/${made.id}`, other);
    await call('revokeKey', `/v1/keys/${made.id}`, other);
    const { body } = await call('listChanges', '/v1/audit/changes?limit=2', other);
    const { user, tenant } = (await call('getMe', '/v1/me', other)).body;
    expect(body.changes.map((one: { action: string }) => one.action)).toEqual(['key-revoked', 'key-created']);
    expect(body.changes[0]).toMatchObject({ target_id: made.id, user_id: user.id });
    const rest = (await call('listChanges', `/v1/audit/changes?before=${body.next}`, other)).body;
    expect(rest.changes.at(-1)).toMatchObject({ action: 'tenant-created', target_id: tenant.id, user_id: null });
  });
});

describe('listSources, health and readiness', () => {
  it('200', async () => {
    expect((await call('listSources', '/v1/sources')).body).toEqual({
      sources: [{ name: 'demo', type: 'sqlite', status: 'ok' }],
      failed: [],
      held: [],
    });
    expect((await call('getHealth', '/healthz', { key: '' })).body).toEqual({ status: 'ok' });
    expect((await call('getReadiness', '/readyz', { key: '' })).body).toEqual({
      status: 'ready',
      checks: { database: 'ok', audit: 'ok', stopping: false },
    });
  });
});

describe('every operation', () => {
  it('is called in one of the files of this folder', () => {
    const folder = new URL('.', import.meta.url);
    const texts = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
    const called = (id: string): boolean => texts.some((text) => text.includes(`call('${id}'`));
    expect(operations.filter(({ id }) => !called(id)).map(({ id }) => id)).toEqual([]);
  });

  it('refuses callers without a key, with a wrong one, and with one of the right form (401, the same answer)', async () => {
    const invented = `${toolcrib.key.slice(0, -10)}0000000000`;
    for (const operation of operations.filter(({ guard }) => guard.kind !== 'public')) {
      const path = operation.path.replaceAll(/\{\w+\}/g, '019a0000-0000-7000-8000-000000000000');
      const answers = await Promise.all(
        ['', 'nonsense', invented].map((key) =>
          toolcrib.request(operation.method, path, { key, ...(operation.body && { raw: '{}' }) }),
        ),
      );
      for (const { status, body, headers } of answers) {
        expect([operation.id, status, headers.get('www-authenticate')]).toEqual([
          operation.id,
          401,
          'Bearer realm="toolcrib"',
        ]);
        expect(body.error).toEqual(answers[0]?.body.error);
      }
    }
  });
});
