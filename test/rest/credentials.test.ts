// The operations of credentials and choices: who may do what, what is shown, and that what is somebody else's is not there.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAccountWorld } from '../support/account-world.ts';
import type { AccountWorld, Person } from '../support/account-world.ts';
import { operationCaller } from '../support/operation-caller.ts';
import { verifies } from '../support/verifies.ts';

let world: AccountWorld;
let ada: Person;
let bob: Person;
let admin: Person;
beforeAll(async () => {
  world = await startAccountWorld({
    sources: `  keys: {kind: http, baseUrl: '{service}', credential: {system: two_keys}, headers: {x-one: '\${credential.one}', x-two: '\${credential.two}'}}
`,
    tools: '  two: {kind: http, source: keys, method: GET, path: /two, description: d}\n',
  });
  [ada, bob, admin] = [await world.person('ada'), await world.person('bob'), await world.person('zoe', 'admin')];
});
afterAll(() => world.stop());

const call = operationCaller(() => world.toolcrib);
const unknown = '00000000-0000-7000-8000-000000000000';
const token = (name: string, more: object = {}) => ({
  name,
  system: 'github',
  strategy: 'token',
  fields: { token: `secret-of-${name.replaceAll(' ', '-')}` },
  ...more,
});
const create = async ({ key }: Person, body: object): Promise<string> => {
  const made = await call('createCredential', '/v1/credentials', { key, body });
  expect(made.status, made.text).toBe(201);
  return made.body.id;
};
const changes = async () => {
  const { body } = await world.toolcrib.request('GET', '/v1/audit/changes?limit=5', { key: world.toolcrib.key });
  return body.changes as { action: string; target_id: string; user_id: string }[];
};

describe('createCredential and getCredential', () => {
  it('201 shows names of fields and no secret, not even a length; the owner sees the rest', async () => {
    verifies('CRD-01', 'CRD-06');
    const id = await create(ada, token('first'));
    const shown = await call('getCredential', `/v1/credentials/${id}`, { key: ada.key });
    expect(shown.body).toMatchObject({
      ...{ id, name: 'first', system: 'github', scope: 'private', user_id: ada.user_id, status: 'ok' },
      details: { fields: ['token'], last_used_at: null, reason: null },
    });
    expect(shown.text).not.toContain('secret-of');
    const [change] = await changes();
    expect(change).toMatchObject({ action: 'credential-created', target_id: id, user_id: ada.user_id });
  });

  it.each([
    [{ fields: {} }, 'body.fields.token'],
    [{ fields: { token: '' } }, 'body.fields.token'],
    [{ fields: { token: 'two\nlines' } }, 'body.fields.token'],
    [{ fields: { token: 'x', other: 'y' } }, 'body.fields.other'],
    [{ strategy: 'username_password', fields: { user: 'u' } }, 'body.fields.password'],
    [{ strategy: 'username_password', fields: { user: 'u\0x', password: 'p' } }, 'body.fields.user'],
    [{ strategy: 'custom', fields: { 'a b': 'x' } }, 'body.fields.a b'],
    [{ strategy: 'custom', fields: {} }, 'body.fields'],
    [{ strategy: 'oauth2', fields: { token: 'x' } }, 'body.strategy'],
    [{ name: 'turned \u202e' }, 'body.name'],
    [{ scope: 'everyone' }, 'body.scope'],
  ])('400 %j', async (wrong, path) => {
    const answer = await call('createCredential', '/v1/credentials', { key: ada.key, body: token('x', wrong) });
    expect([answer.status, answer.body.error.faults?.map((fault: { path: string }) => fault.path)]).toEqual([
      400,
      [path],
    ]);
  });

  it('403 sharing needs its permission', async () => {
    const body = token('x', { scope: 'shared' });
    const answer = await call('createCredential', '/v1/credentials', { key: ada.key, body });
    expect([answer.status, answer.body.error.message]).toEqual([403, expect.stringContaining('credentials.share')]);
  });
});

describe("what is private of somebody else, and another tenant's", () => {
  it('404 with the same bytes as an unknown id, for every operation; the try is recorded', async () => {
    verifies('CRD-01');
    const id = await create(ada, token('hers'));
    for (const { key } of [bob, admin, { key: world.toolcrib.keys['other'] ?? '' }]) {
      for (const [operation, method, suffix, body] of [
        ['getCredential', 'GET', '', undefined],
        ['updateCredential', 'PATCH', '', { name: 'mine' }],
        ['deleteCredential', 'DELETE', '', undefined],
        ['testCredential', 'POST', '/test', undefined],
      ] as const) {
        const ask = async (of: string) => {
          const answer = await world.toolcrib.request(method, `/v1/credentials/${of}${suffix}`, { key, body });
          return [answer.status, answer.text.replace(/"request_id":"[^"]+"/, '')];
        };
        expect(await ask(id), operation).toEqual(await ask(unknown));
        expect((await ask(id))[0]).toBe(404);
      }
      const chosen = await call('setChoice', '/v1/choices/who', { key, body: { credential_id: id } });
      expect([chosen.status, chosen.body.error.code]).toEqual([404, 'not_found']);
      const listed = await call('listCredentials', '/v1/credentials', { key });
      expect(listed.text).not.toContain(id);
    }
    await call('getCredential', `/v1/credentials/${id}`, { key: bob.key });
    expect((await changes())[0]).toMatchObject({
      action: 'credential-refused',
      target_id: id,
      user_id: bob.user_id,
    });
    const still = await call('getCredential', `/v1/credentials/${id}`, { key: ada.key });
    expect(still.body).toMatchObject({ name: 'hers', details: { fields: ['token'] } });
  });
});

describe('a shared credential', () => {
  it('is seen by every member, its details by owner and admins; only they change it', async () => {
    verifies('CRD-01');
    const id = await create(admin, token('team', { scope: 'shared' }));
    const seen = await call('getCredential', `/v1/credentials/${id}`, { key: bob.key });
    expect(seen.body).toEqual({
      ...{ id, name: 'team', system: 'github', strategy: 'token', scope: 'shared', user_id: admin.user_id },
      ...{ status: 'ok', account: null },
    });
    for (const [method, suffix, body] of [
      ['PATCH', '', { name: 'x' }],
      ['DELETE', '', undefined],
      ['POST', '/test', undefined],
    ] as const) {
      const answer = await world.toolcrib.request(method, `/v1/credentials/${id}${suffix}`, { key: bob.key, body });
      expect([answer.status, answer.body.error.code]).toEqual([403, 'forbidden']);
    }
    const owner = { key: world.toolcrib.key };
    const named = await call('updateCredential', `/v1/credentials/${id}`, { ...owner, body: { name: 'team 2' } });
    expect([named.status, named.body.name]).toEqual([200, 'team 2']);
    const taken = await call('updateCredential', `/v1/credentials/${id}`, { ...owner, body: { scope: 'private' } });
    expect([taken.status, taken.body.error.code]).toEqual([403, 'forbidden']);
    expect((await call('deleteCredential', `/v1/credentials/${id}`, owner)).body).toMatchObject({ deleted: id });
    expect((await call('getCredential', `/v1/credentials/${id}`, { key: admin.key })).status).toBe(404);
  });
});

describe('updateCredential', () => {
  it('200 replaces all secrets and nothing else', async () => {
    const id = await create(
      ada,
      token('old', { system: 'two_keys', strategy: 'custom', fields: { one: '1', two: '2' } }),
    );
    await world.toolcrib.request('POST', '/v1/tools/two/call', { key: ada.key, body: {} });
    expect(world.service.requests.at(-1)?.headers).toMatchObject({ 'x-one': '1', 'x-two': '2' });
    const body = { fields: { two: 'two' } };
    const changed = await call('updateCredential', `/v1/credentials/${id}`, { key: ada.key, body });
    expect(changed.body.details.fields).toEqual(['two']);
    const lacking = await world.toolcrib.request('POST', '/v1/tools/two/call', { key: ada.key, body: {} });
    expect(lacking.body.error.code).toBe('credential_refused');
  });
});

describe('testCredential', () => {
  it('200 tells whether the service takes it, without secret and address', async () => {
    verifies('CRD-07');
    const good = await create(bob, token('good'));
    expect((await call('testCredential', `/v1/credentials/${good}/test`, { key: bob.key })).body).toEqual({
      success: true,
      message: 'The source "hub" accepts the account.',
    });
    world.refused.add('secret-of-bad');
    const bad = await create(bob, token('bad'));
    expect((await call('testCredential', `/v1/credentials/${bad}/test`, { key: bob.key })).body).toEqual({
      success: false,
      message: 'The source "hub" refuses the account.',
    });
    const odd = await create(bob, token('odd', { system: 'nobody' }));
    const tested = await call('testCredential', `/v1/credentials/${odd}/test`, { key: bob.key });
    expect(tested.body).toMatchObject({ success: false, message: expect.stringContaining('could not be tried') });
  });
});

describe('testCredential of what was refused', () => {
  it('mends it, and says so in the audit', async () => {
    const eve = await world.person('eve');
    const id = await create(eve, token('sometimes'));
    world.refused.add('secret-of-sometimes');
    const refused = await world.toolcrib.request('POST', '/v1/tools/who/call', { key: eve.key, body: {} });
    expect(refused.body.error.code).toBe('credential_refused');
    world.refused.delete('secret-of-sometimes');
    const tested = await call('testCredential', `/v1/credentials/${id}/test`, { key: eve.key });
    expect(tested.body.success).toBe(true);
    const { body } = await world.toolcrib.request('GET', '/v1/audit/changes');
    expect(body.changes[0]).toMatchObject({ action: 'credential-changed', target_id: id });
  });
});

describe('choices', () => {
  it('200 remembers, lists and forgets; 400 for an account that the tool does not take', async () => {
    const cem = await world.person('cem');
    const one = await create(cem, token('one'));
    await create(cem, token('two'));
    const other = await create(cem, token('other', { system: 'gitlab' }));
    const put = (credential_id: string, tool = 'who') =>
      call('setChoice', `/v1/choices/${tool}`, { key: cem.key, body: { credential_id } });
    expect((await put(one)).body).toMatchObject({ tool: 'who', credential_id: one });
    expect((await put(other)).status).toBe(400);
    expect((await put(one, 'nothing')).body.error.code).toBe('tool_not_found');
    const listed = await call('listChoices', '/v1/choices', { key: cem.key });
    expect(listed.body.choices).toMatchObject([{ tool: 'who', credential_id: one }]);
    expect((await call('listChoices', '/v1/choices', { key: bob.key })).body.choices).toEqual([]);
    expect((await call('deleteChoice', '/v1/choices/who', { key: cem.key })).body).toEqual({ forgotten: 'who' });
    expect((await call('deleteChoice', '/v1/choices/who', { key: cem.key })).status).toBe(404);
  });
});

describe('getPlan', () => {
  it('200 explains for oneself, and for others to admins without private names', async () => {
    verifies('CRD-05');
    const dan = await world.person('dan');
    const id = await create(dan, token("dan's own"));
    const before = world.service.requests.length;
    const own = await call('getPlan', '/v1/tools/who/plan', { key: dan.key });
    expect(own.body).toMatchObject({
      ...{ tool: 'who', decision: 'use', rule: 'only_own', credential: { id } },
      reason: expect.stringContaining("dan's own"),
    });
    expect(world.service.requests.length).toBe(before);
    const path = `/v1/tools/who/plan?user_id=${dan.user_id}`;
    const of_dan = await call('getPlan', path, { key: admin.key });
    expect(of_dan.body).toMatchObject({ decision: 'use', credential: { id, name: 'private github' } });
    expect(of_dan.text).not.toContain("dan's own");
    const refused = await call('getPlan', path, { key: bob.key });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'forbidden']);
    expect((await call('getPlan', `/v1/tools/who/plan?user_id=${unknown}`, { key: admin.key })).status).toBe(404);
  });

  it('200 for a tool that needs nothing, 404 for one that is not there', async () => {
    expect((await call('getPlan', '/v1/tools/nothing/plan', { key: ada.key })).body.error.code).toBe('tool_not_found');
  });
});
