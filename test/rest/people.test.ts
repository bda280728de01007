// Members, service accounts, invitations, workspaces, sessions and passwords over REST.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifies } from '../support/verifies.ts';
import { operationCaller } from '../support/operation-caller.ts';
import { accept, addPerson, cookieOf, goodPassword, signIn } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let toolcrib: TestServer;
let owner_id: string;
let admin: TestPerson;
beforeAll(async () => {
  toolcrib = await startTestServer({ tenants: ['acme', 'other'] });
  owner_id = (await toolcrib.request('GET', '/v1/me')).body.user.id;
  admin = await addPerson(toolcrib, { email: 'admin@acme.example', role: 'admin' });
});
afterAll(() => toolcrib.stop());

const call = operationCaller(() => toolcrib);
const other = (): { readonly key: string } => ({ key: toolcrib.keys['other'] ?? '' });
const nobody = '00000000-0000-7000-8000-000000000000';
const changes = async (): Promise<readonly string[]> =>
  (await toolcrib.request('GET', '/v1/audit/changes')).body.changes.map(({ action }: { action: string }) => action);

describe('PATCH /v1/members/{user_id}', () => {
  test('200: another role, which counts at once', async () => {
    const { user_id, key } = await addPerson(toolcrib, { email: 'rise@acme.example' });
    expect((await toolcrib.request('GET', '/v1/members', { key })).status).toBe(403);
    const { status, body } = await call('changeMember', `/v1/members/${user_id}`, { body: { role: 'admin' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ user_id, role: 'admin', kind: 'person' });
    const again = await toolcrib.request('POST', '/v1/keys', { key: admin.key, body: { name: 'x', user_id } });
    expect(again.status).toBe(409);
    expect(await changes()).toContain('member-changed');
  });

  test('403: an admin makes no owner and unmakes none', async () => {
    const { user_id } = await addPerson(toolcrib, { email: 'stay@acme.example' });
    for (const [path, role] of [
      [user_id, 'owner'],
      [owner_id, 'member'],
    ] as const) {
      const answer = await call('changeMember', `/v1/members/${path}`, { key: admin.key, body: { role } });
      expect(answer.status).toBe(403);
    }
  });

  test('404: another tenant, an unknown id and no id are one answer', async () => {
    const answers = await Promise.all(
      [admin.user_id, nobody, 'no-id'].map((path) =>
        call('changeMember', `/v1/members/${path}`, { ...other(), body: { role: 'member' } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body.error))).size).toBe(1);
  });

  test('409: the last owner stays one', async () => {
    const demoted = await call('changeMember', `/v1/members/${owner_id}`, { body: { role: 'admin' } });
    expect(demoted.status).toBe(409);
    expect((await call('removeMember', `/v1/members/${owner_id}`)).status).toBe(409);
  });

  test('409: of two owners who unmake each other at once, one stays', async () => {
    const second = await addPerson(toolcrib, { email: 'second@acme.example', role: 'owner' });
    const answers = await Promise.all([
      call('changeMember', `/v1/members/${owner_id}`, { key: second.key, body: { role: 'admin' } }),
      call('removeMember', `/v1/members/${second.user_id}`),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const { members } = (await toolcrib.request('GET', '/v1/members', { key: admin.key })).body;
    const owners = members.filter(({ role }: { role: string }) => role === 'owner');
    expect(owners).toHaveLength(1);
    if (owners[0].user_id === owner_id) return;
    const back = { key: second.key, body: { role: 'owner' } };
    expect((await call('changeMember', `/v1/members/${owner_id}`, back)).status).toBe(200);
    expect((await call('removeMember', `/v1/members/${second.user_id}`)).status).toBe(200);
  });
});

describe('DELETE /v1/members/{user_id}', () => {
  test('200: every way in of theirs ends', async () => {
    const person = await addPerson(toolcrib, { email: 'leave@acme.example' });
    const { url } = (await call('createInvitation', '/v1/invitations', { body: { email: 'friend@x.example' } })).body;
    expect((await call('removeMember', `/v1/members/${person.user_id}`)).status).toBe(200);
    expect((await toolcrib.request('GET', '/v1/me', { key: person.key })).status).toBe(401);
    const { cookie } = person;
    expect((await toolcrib.request('GET', '/v1/me', { key: '', headers: { cookie } })).status).toBe(401);
    const form = { organisation: 'acme', email: person.email, password: person.password };
    expect((await signIn(toolcrib, form)).status).toBe(401);
    // What others have prepared goes on.
    expect((await accept(toolcrib, url)).status).toBe(303);
  });

  test('200: an invitation that they made, and one for their address, open nothing any more', async () => {
    const leaving = await addPerson(toolcrib, { email: 'sly@acme.example', role: 'admin' });
    const made = await call('createInvitation', '/v1/invitations', {
      key: leaving.key,
      body: { email: 'sly2@acme.example', role: 'admin' },
    });
    await call('removeMember', `/v1/members/${leaving.user_id}`);
    expect((await accept(toolcrib, made.body.url)).status).toBe(404);
  });

  test('404 in another tenant', async () => {
    expect((await call('removeMember', `/v1/members/${admin.user_id}`, other())).status).toBe(404);
  });
});

describe('POST /v1/service-accounts', () => {
  test('201: a member that has keys and cannot sign in', async () => {
    const { status, body } = await call('createServiceAccount', '/v1/service-accounts', {
      body: { name: 'nightly', role: 'builder' },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ email: 'nightly@acme.service.invalid', kind: 'service', role: 'builder' });
    const { user_id, email } = body;
    const key = await call('createKey', '/v1/keys', { body: { name: 'k', user_id, scopes: ['tools.use'] } });
    expect((await toolcrib.request('GET', '/v1/me', { key: key.body.secret })).body.user.email).toBe(email);
    expect((await signIn(toolcrib, { organisation: 'acme', email, password: goodPassword })).status).toBe(401);
    expect((await call('createInvitation', '/v1/invitations', { body: { email } })).status).toBe(409);
    const owner = await call('changeMember', `/v1/members/${user_id}`, { body: { role: 'owner' } });
    expect(owner.status).toBe(409);
  });

  test('409: a name twice; a person with such an address', async () => {
    const body = { name: 'twice', role: 'member' };
    expect((await call('createServiceAccount', '/v1/service-accounts', { body })).status).toBe(201);
    expect((await call('createServiceAccount', '/v1/service-accounts', { body })).status).toBe(409);
    const person = { email: 'twice@acme.service.invalid', name: 'x', role: 'member' };
    expect((await call('createMember', '/v1/members', { ...other(), body: person })).status).toBe(409);
  });
});

describe('POST /v1/invitations', () => {
  test('201: the link in this one answer; listed without it; withdrawn it opens nothing', async () => {
    const made = await call('createInvitation', '/v1/invitations', { body: { email: 'New@acme.example' } });
    expect(made.status).toBe(201);
    expect(made.body.invitation).toMatchObject({ email: 'new@acme.example', role: 'member', invited_by: owner_id });
    expect(made.body.url).toMatch(new RegExp(`^${toolcrib.url}/invitations/ti_`));
    const listed = await call('listInvitations', '/v1/invitations');
    expect(listed.body.invitations).toContainEqual(made.body.invitation);
    expect(listed.text).not.toContain('ti_');
    const { id } = made.body.invitation;
    expect((await call('revokeInvitation', `/v1/invitations/${id}`, other())).status).toBe(404);
    expect((await call('revokeInvitation', `/v1/invitations/${id}`)).status).toBe(200);
    expect((await call('revokeInvitation', `/v1/invitations/${id}`)).status).toBe(404);
    expect((await accept(toolcrib, made.body.url)).status).toBe(404);
  });

  test('403: a role that is not the inviter’s to give', async () => {
    const body = { email: 'x@acme.example', role: 'owner' };
    expect((await call('createInvitation', '/v1/invitations', { key: admin.key, body })).status).toBe(403);
  });
});

describe('an account that somebody has taken possession of', () => {
  test('nobody makes a key or a link into it: its private credentials are theirs alone', async () => {
    verifies('CRD-01');
    const person = await addPerson(toolcrib, { email: 'own@acme.example' });
    const key = await call('createKey', '/v1/keys', { body: { name: 'x', user_id: person.user_id } });
    expect(key.body.error.code).toBe('conflict');
    const link = await call('createInvitation', '/v1/invitations', { body: { email: person.email } });
    expect(link.body.error.code).toBe('conflict');
  });

  test('the keys that an admin made before end when the person comes in, and so do older links', async () => {
    const body = { email: 'fresh@acme.example', name: 'Fresh', role: 'member' };
    const { user_id } = (await call('createMember', '/v1/members', { body })).body;
    const made = await call('createKey', '/v1/keys', { body: { name: 'for them', scopes: ['tools.use'], user_id } });
    const { url } = (await call('createInvitation', '/v1/invitations', { body: { email: body.email } })).body;
    expect((await toolcrib.request('GET', '/v1/me', { key: made.body.secret })).status).toBe(200);
    cookieOf(await accept(toolcrib, url));
    expect((await toolcrib.request('GET', '/v1/me', { key: made.body.secret })).status).toBe(401);
  });

  test('a key that an admin made for somebody who has not come in yet ends when the admin goes, or falls', async () => {
    for (const [name, end] of [
      ['goes', (id: string) => call('removeMember', `/v1/members/${id}`)],
      ['falls', (id: string) => call('changeMember', `/v1/members/${id}`, { body: { role: 'member' } })],
    ] as const) {
      const leaver = await addPerson(toolcrib, { email: `${name}@acme.example`, role: 'admin' });
      const { key } = leaver;
      const stranger = { email: `new.${name}@acme.example`, name: 'New', role: 'admin' };
      const { user_id } = (await call('createMember', '/v1/members', { key, body: stranger })).body;
      const { secret } = (await call('createKey', '/v1/keys', { key, body: { name: 'x', user_id } })).body;
      expect((await toolcrib.request('GET', '/v1/me', { key: secret })).status).toBe(200);
      expect((await end(leaver.user_id)).status).toBe(200);
      expect((await toolcrib.request('GET', '/v1/me', { key: secret })).status).toBe(401);
    }
  });

  test('403: an admin gets no key of an owner who never came in', async () => {
    const made = await call('createKey', '/v1/keys', { key: admin.key, body: { name: 'x', user_id: owner_id } });
    expect(made.status).toBe(403);
  });
});

describe('/v1/workspaces', () => {
  test('made, listed, deleted; never main', async () => {
    const made = await call('createWorkspace', '/v1/workspaces', { body: { slug: 'lab', name: 'The lab' } });
    expect(made.status).toBe(201);
    expect((await call('createWorkspace', '/v1/workspaces', { body: { slug: 'lab' } })).status).toBe(409);
    expect((await call('createWorkspace', '/v1/workspaces', { body: { slug: 'No slug' } })).status).toBe(400);
    const { workspaces } = (await call('listWorkspaces', '/v1/workspaces')).body;
    expect(workspaces.map(({ slug }: { slug: string }) => slug)).toEqual(['lab', 'main']);
    expect((await call('deleteWorkspace', '/v1/workspaces/main')).status).toBe(409);
    expect((await call('deleteWorkspace', '/v1/workspaces/lab', other())).status).toBe(404);
    expect((await call('deleteWorkspace', '/v1/workspaces/lab')).status).toBe(200);
    expect((await call('deleteWorkspace', '/v1/workspaces/lab')).status).toBe(404);
  });
});

describe('/v1/sessions', () => {
  test('one sees and ends one’s own; who manages members those of others', async () => {
    const person = await addPerson(toolcrib, { email: 'seen@acme.example' });
    const { sessions } = (await call('listSessions', '/v1/sessions', { key: person.key })).body;
    expect(sessions).toMatchObject([{ user_id: person.user_id, via: 'invitation', current: false }]);
    const path = `/v1/sessions/${sessions[0].id}`;
    const of_another = `/v1/sessions?user_id=${admin.user_id}`;
    expect((await call('listSessions', of_another, { key: person.key })).status).toBe(403);
    expect((await call('endSession', path, other())).status).toBe(404);
    const member = await addPerson(toolcrib, { email: 'nosy@acme.example' });
    expect((await call('endSession', path, { key: member.key })).status).toBe(404);
    expect((await call('listSessions', `/v1/sessions?user_id=${person.user_id}`)).body.sessions).toHaveLength(1);
    expect((await call('endSession', path, { key: admin.key })).status).toBe(200);
    const headers = { cookie: person.cookie };
    expect((await toolcrib.request('GET', '/v1/me', { key: '', headers })).status).toBe(401);
  });
});

describe('PUT /v1/password', () => {
  test('403 with a key; 400 with a wrong old one; 200 in the person’s own browser', async () => {
    const person = await addPerson(toolcrib, { email: 'secret@acme.example' });
    const right = { old_password: person.password, password: 'yet another secret' };
    const with_key = await call('changePassword', '/v1/password', { key: person.key, body: right });
    expect(with_key.body.error.code).toBe('session_required');
    const headers = { cookie: person.cookie, origin: toolcrib.url };
    const send = (body: unknown) => call('changePassword', '/v1/password', { key: '', headers, body });
    expect((await send({ ...right, old_password: 'wrong' })).status).toBe(400);
    expect((await send({ ...right, password: 'short' })).status).toBe(400);
    expect((await send(right)).status).toBe(200);
    expect(await changes()).toContain('password-set');
  });
});

describe('calls_per_minute of a key', () => {
  test('429 with the time to wait; the key makes no key without the bound', async () => {
    verifies('GOV-02');
    const made = await call('createKey', '/v1/keys', { body: { name: 'slow', calls_per_minute: 3 } });
    expect(made.body.key.calls_per_minute).toBe(3);
    const key = made.body.secret;
    const args = { arguments: { airline: 'CY', flight_number: '888' } };
    const send = () => toolcrib.request('POST', '/v1/tools/search_flights_by_number/call', { key, body: args });
    const answers = await Promise.all(Array.from({ length: 8 }, send));
    const refused = answers.filter(({ status }) => status === 429);
    // The minute may have turned once in between.
    expect(refused.length).toBeGreaterThanOrEqual(2);
    expect(refused.length).toBeLessThanOrEqual(5);
    expect(refused[0]?.body.error).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    const escape = await call('createKey', '/v1/keys', { key, body: { name: 'free' } });
    expect(escape.body.error.code).toBe('forbidden');
  });
});
