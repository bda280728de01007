// Two people, one shared tool, a real service: each call arrives with the right person's token, whatever there is and whatever
// was chosen; nothing ever arrives with another person's private one.
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startAccountWorld } from '../support/account-world.ts';
import type { AccountWorld, Person } from '../support/account-world.ts';
import { verifies } from '../support/verifies.ts';

let world: AccountWorld;
let ada: Person;
let bob: Person;
/** Shares what the two may not share. */
let boss: Person;

beforeAll(async () => {
  world = await startAccountWorld();
  ada = await world.person('ada');
  bob = await world.person('bob');
  boss = await world.person('boss', 'admin');
});
afterAll(() => world.stop());

async function forgetEverything(): Promise<void> {
  for (const person of [ada, bob, boss]) {
    const { body } = await world.toolcrib.request('GET', '/v1/credentials', { key: person.key });
    for (const { id, user_id } of body.credentials) {
      if (user_id !== person.user_id) continue;
      await world.toolcrib.request('DELETE', `/v1/credentials/${id}`, { key: person.key });
    }
  }
}
beforeEach(forgetEverything);

const choose = (person: Person, credential_id: string, tool = 'who') =>
  world.toolcrib.request('PUT', `/v1/choices/${tool}`, { key: person.key, body: { credential_id } });

describe.each(['rest', 'mcp'] as const)('over %s', (surface) => {
  const whose = (person: Person) => world.whose(person, { surface });

  test('nobody has one: both are asked to connect', async () => {
    expect([await whose(ada), await whose(bob)]).toEqual(['connect_required', 'connect_required']);
  });

  test('each has a private one: each call uses its own', async () => {
    verifies('CRD-01');
    await world.add(ada, { token: 'ada-1' });
    await world.add(bob, { token: 'bob-1' });
    expect([await whose(ada), await whose(bob), await whose(ada)]).toEqual(['ada-1', 'bob-1', 'ada-1']);
  });

  test('one has a private one: the other is asked to connect, and never gets it', async () => {
    verifies('CRD-01');
    await world.add(ada, { token: 'ada-1' });
    expect([await whose(ada), await whose(bob)]).toEqual(['ada-1', 'connect_required']);
  });

  test('one is shared: everybody uses it, until they have their own', async () => {
    verifies('CRD-01');
    await world.add(boss, { token: 'team-1', scope: 'shared' });
    expect([await whose(ada), await whose(bob)]).toEqual(['team-1', 'team-1']);
    await world.add(ada, { token: 'ada-1' });
    expect([await whose(ada), await whose(bob)]).toEqual(['ada-1', 'team-1']);
  });

  test('several fit: the person is asked; what they choose is remembered, for them alone, and can be forgotten', async () => {
    await world.add(boss, { token: 'team-1', scope: 'shared' });
    const second = await world.add(boss, { token: 'team-2', scope: 'shared' });
    expect([await whose(ada), await whose(bob)]).toEqual(['choice_required', 'choice_required']);
    expect((await choose(ada, second)).status).toBe(200);
    expect([await whose(ada), await whose(bob)]).toEqual(['team-2', 'choice_required']);
    await world.toolcrib.request('DELETE', '/v1/choices/who', { key: ada.key });
    expect(await whose(ada)).toBe('choice_required');
  });

  test('a shared one that was chosen counts before the only own one', async () => {
    const shared = await world.add(boss, { token: 'team-1', scope: 'shared' });
    await world.add(ada, { token: 'ada-1' });
    await choose(ada, shared);
    expect(await whose(ada)).toBe('team-1');
  });

  test('a choice falls away when the owner takes the credential back', async () => {
    const builder = boss;
    const shared = await world.add(builder, { token: 'team-1', scope: 'shared' });
    await world.add(boss, { token: 'team-2', scope: 'shared' });
    await choose(ada, shared);
    expect(await whose(ada)).toBe('team-1');
    const path = `/v1/credentials/${shared}`;
    const back = await world.toolcrib.request('PATCH', path, { key: boss.key, body: { scope: 'private' } });
    expect(back.status).toBe(200);
    expect(await whose(ada)).toBe('team-2');
  });

  test('of another system counts for nothing', async () => {
    await world.add(ada, { token: 'ada-1', system: 'gitlab' });
    expect(await whose(ada)).toBe('connect_required');
  });
});

test('a pause says where to go, and the same call goes on afterwards', async () => {
  const ask = () => world.toolcrib.request('POST', '/v1/tools/who/call', { key: ada.key, body: {} });
  const paused = await ask();
  expect(paused.status).toBe(409);
  const { interaction, hint } = paused.body.error;
  expect(interaction).toMatchObject({ kind: 'connect', id: expect.any(String), message: expect.any(String) });
  expect(interaction.url).toContain(new URL(world.toolcrib.url).host);
  expect(hint).toContain(interaction.url);
  // The same pause, not another one.
  expect((await ask()).body.error.interaction.id).toBe(interaction.id);
  await world.add(ada, { token: 'ada-1' });
  expect(await world.whose(ada)).toBe('ada-1');
});

test('another candidate makes another question', async () => {
  const ask = async () => {
    const answer = await world.toolcrib.request('POST', '/v1/tools/who/call', { key: ada.key, body: {} });
    return [answer.body.error.code, answer.body.error.interaction.id];
  };
  await world.add(ada, { token: 'ada-1' });
  const second = await world.add(ada, { token: 'ada-2' });
  const first = await ask();
  expect(await ask()).toEqual(first);
  await world.add(ada, { token: 'ada-3' });
  const other = await ask();
  expect([other[0], other[1] === first[1]]).toEqual(['choice_required', false]);
  await choose(ada, second);
  expect(await world.whose(ada)).toBe('ada-2');
});

describe('the audit', () => {
  test('has the plan of every call: the credential, the rule, the pause', async () => {
    verifies('CRD-05', 'GOV-01');
    await world.whose(ada);
    const id = await world.add(ada, { token: 'ada-1' });
    await world.whose(ada);
    const { body } = await world.toolcrib.request('GET', '/v1/audit/calls?limit=2', { key: world.toolcrib.key });
    expect(body.calls).toMatchObject([
      { outcome: 'ok', rule: 'only_own', credential_id: id, interaction_id: null },
      {
        outcome: 'interaction',
        rule: 'none_fits',
        credential_id: null,
        interaction_id: expect.any(String),
        error_code: 'connect_required',
      },
    ]);
    const plan = await world.toolcrib.request('GET', '/v1/tools/who/plan', { key: ada.key });
    expect(plan.body).toMatchObject({ decision: 'use', rule: 'only_own', credential: { id } });
  });

  test('has a keyed digest of the arguments: one tenant cannot look up what another has sent', async () => {
    const digests = [];
    for (const key of [world.toolcrib.keys['acme'] ?? '', world.toolcrib.keys['other'] ?? '']) {
      await world.toolcrib.request('POST', '/v1/tools/who/call', { key, body: { arguments: {} } });
      const { body } = await world.toolcrib.request('GET', '/v1/audit/calls?limit=1', { key });
      digests.push(body.calls[0].arguments_digest);
    }
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(digests[0]).not.toBe(digests[1]);
  });
});

describe('a refused account', () => {
  test('is not tried again, marked, and the next call asks for a new one', async () => {
    const id = await world.add(ada, { token: 'ada-bad' });
    world.refused.add('ada-bad');
    expect(await world.whose(ada)).toBe('credential_refused');
    expect(await world.whose(ada)).toBe('connect_required');
    const shown = await world.toolcrib.request('GET', `/v1/credentials/${id}`, { key: ada.key });
    expect(shown.body).toMatchObject({ status: 'needs_reconnect', details: { reason: 'refused' } });
    const fields = { token: 'ada-good' };
    await world.toolcrib.request('PATCH', `/v1/credentials/${id}`, { key: ada.key, body: { fields } });
    expect(await world.whose(ada)).toBe('ada-good');
  });

  test('that is shared goes on for the others, and is noted for its owner', async () => {
    const id = await world.add(boss, { token: 'team-bad', scope: 'shared' });
    world.refused.add('team-bad');
    expect([await world.whose(ada), await world.whose(ada)]).toEqual(['credential_refused', 'credential_refused']);
    world.refused.delete('team-bad');
    expect(await world.whose(bob)).toBe('team-bad');
    const shown = await world.toolcrib.request('GET', `/v1/credentials/${id}`, { key: boss.key });
    expect(shown.body).toMatchObject({ status: 'ok', details: { reason: 'refused' } });
  });

  test('is named to whoever may use it, without its secret', async () => {
    await world.add(ada, { name: 'work account', token: 'ada-secret-bad' });
    world.refused.add('ada-secret-bad');
    const answer = await world.toolcrib.request('POST', '/v1/tools/who/call', { key: ada.key, body: {} });
    expect([answer.status, answer.body.error.message]).toEqual([422, expect.stringContaining('"work account"')]);
    expect(answer.text).not.toContain('ada-secret-bad');
    expect(world.toolcrib.log_lines.join('\n')).not.toContain('ada-secret-bad');
  });
});

test('a key without the permission to use credentials is refused before anything is looked up', async () => {
  const body = { name: 'narrow', scopes: ['tools.use'] };
  const made = await world.toolcrib.request('POST', '/v1/keys', { body });
  const answer = await world.toolcrib.request('POST', '/v1/tools/who/call', { key: made.body.secret, body: {} });
  expect([answer.status, answer.body.error.code]).toEqual([403, 'forbidden']);
  expect(answer.body.error.message).toContain('credentials.use');
});

test('use is noted beside the calls', async () => {
  const id = await world.add(ada, { token: 'ada-1' });
  await world.whose(ada);
  const used = async () => {
    const { body } = await world.toolcrib.request('GET', `/v1/credentials/${id}`, { key: ada.key });
    return body.details.last_used_at;
  };
  await expect.poll(used, { timeout: 10_000 }).not.toBeNull();
});

test('random worlds: no call arrives with a private token of somebody else', async () => {
  verifies('CRD-04', 'CRD-01');
  const people = [ada, bob, boss] as const;
  const step = fc.oneof(
    fc.record({ do: fc.constant('add' as const), by: fc.nat(2), scope: fc.constantFrom('private', 'shared') }),
    fc.record({ do: fc.constant('delete' as const), by: fc.nat(2), which: fc.nat(5) }),
    fc.record({ do: fc.constant('choose' as const), by: fc.nat(2), which: fc.nat(5) }),
    fc.record({ do: fc.constant('turn' as const), by: fc.nat(2), which: fc.nat(5) }),
    fc.record({ do: fc.constant('call' as const), by: fc.nat(2), surface: fc.constantFrom('rest', 'mcp') }),
    fc.record({ do: fc.constant('call' as const), by: fc.nat(2), surface: fc.constantFrom('rest', 'mcp') }),
  );
  let calls = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 25 }), async (steps) => {
      await forgetEverything();
      const made: { id: string; token: string; owner: Person; scope: string }[] = [];
      for (const one of steps) {
        const person = people[one.by] ?? boss;
        const { key } = person;
        switch (one.do) {
          case 'add': {
            // Members cannot share; the boss can.
            const scope = person === boss ? one.scope : 'private';
            const token = `${person.name}-${made.length}-${Math.random().toString(36).slice(2)}`;
            made.push({ id: await world.add(person, { token, scope }), token, owner: person, scope });
            break;
          }
          case 'delete': {
            const target = made[one.which];
            if (target === undefined) break;
            const { status } = await world.toolcrib.request('DELETE', `/v1/credentials/${target.id}`, { key });
            if (status === 200) made.splice(one.which, 1);
            break;
          }
          case 'choose':
            if (made[one.which] !== undefined) await choose(person, made[one.which]?.id ?? '');
            break;
          case 'turn': {
            const target = made[one.which];
            if (target === undefined) break;
            const scope = target.scope === 'shared' ? 'private' : 'shared';
            const path = `/v1/credentials/${target.id}`;
            const { status } = await world.toolcrib.request('PATCH', path, { key, body: { scope } });
            if (status === 200) target.scope = scope;
            break;
          }
          case 'call': {
            calls += 1;
            const token = await world.whose(person, { surface: one.surface });
            const usable = made.filter(({ owner, scope }) => scope === 'shared' || owner === person);
            const own = usable.filter(({ scope }) => scope === 'private');
            const allowed = [...usable.map((credential) => credential.token), 'choice_required', 'connect_required'];
            expect(allowed).toContain(token);
            if (usable.length === 0) expect(token).toBe('connect_required');
            else expect(token).not.toBe('connect_required');
            if (own.length === 1 && usable.length === 1) expect(token).toBe(own[0]?.token);
          }
        }
      }
    }),
    { numRuns: 15 },
  );
  expect(calls).toBeGreaterThan(20);
}, 60_000);
