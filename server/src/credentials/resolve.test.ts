import fc from 'fast-check';
import type { CredentialStrategy, Plan } from '@toolcrib/client';
import { describe, expect, test } from 'vitest';
import { verifies } from '../../../test/support/verifies.ts';
import type { CredentialFacts, CredentialNeed } from './credential.ts';
import { resolve } from './resolve.ts';
import type { ResolveInput } from './resolve.ts';

const need: CredentialNeed = { systems: ['github', 'ghe'], strategies: ['oauth2', 'token'], scopes: ['repo'] };

function credential(id: string, facts: Partial<CredentialFacts> = {}): CredentialFacts {
  return {
    id,
    name: `name of ${id}`,
    system: 'github',
    strategy: 'token',
    scope: 'private',
    user_id: 'ada',
    status: 'ok',
    account: `account of ${id}`,
    granted_scopes: null,
    version: 1,
    ...facts,
  };
}

const plan = (credentials: readonly CredentialFacts[], more: Partial<ResolveInput> = {}): Plan =>
  resolve({ tool: 'issues', need, user_id: 'ada', credentials, ...more });
const decided = ({ decision, rule, credential: used }: Plan) => [decision, rule, used?.id];
const shared = { scope: 'shared', user_id: 'bob' } as const;

describe('the rules, one by one', () => {
  test('1 a tool that needs nothing uses nothing', () => {
    verifies('CRD-04');
    expect(plan([credential('a')], { need: undefined })).toMatchObject({ decision: 'none', rule: 'nothing_needed' });
  });

  test.each([
    ["2 the agent's, when it is shared", [credential('s', shared), credential('a')], 's', ['use', 'binding', 's']],
    ["2 the agent's, when it is the caller's own", [credential('a'), credential('b')], 'b', ['use', 'binding', 'b']],
    [
      "3 never another person's private one",
      [credential('x', { user_id: 'bob' }), credential('a')],
      'x',
      ['use', 'only_own', 'a'],
    ],
    ['3 and with none of their own', [credential('x', { user_id: 'bob' })], 'x', ['connect', 'none_fits', undefined]],
    [
      '2 not one of a foreign system',
      [credential('z', { system: 'slack' }), credential('a')],
      'z',
      ['use', 'only_own', 'a'],
    ],
  ] as const)('%s', (_rule, credentials, binding, expected) => {
    expect(decided(plan(credentials, { binding }))).toEqual(expected);
  });

  test.each([
    ['4 what was chosen before', [credential('a'), credential('b')], 'b', ['use', 'remembered', 'b']],
    ['4 a shared one too', [credential('a'), credential('s', shared)], 's', ['use', 'remembered', 's']],
    ['4 not what is gone', [credential('a')], 'gone', ['use', 'only_own', 'a']],
    [
      '4 not what has become private of another',
      [credential('s', { user_id: 'bob' }), credential('a')],
      's',
      ['use', 'only_own', 'a'],
    ],
  ] as const)('%s', (_rule, credentials, remembered, expected) => {
    expect(decided(plan(credentials, { remembered }))).toEqual(expected);
  });

  test.each([
    ['5 the only own one', [credential('a'), credential('s', shared)], ['use', 'only_own', 'a']],
    ['6 the only shared one', [credential('s', shared)], ['use', 'only_shared', 's']],
    ['6 also when the caller has shared it', [credential('s', { scope: 'shared' })], ['use', 'only_shared', 's']],
    ['7 several own', [credential('a'), credential('b')], ['choose', 'several', undefined]],
    ['7 several shared', [credential('s', shared), credential('t', shared)], ['choose', 'several', undefined]],
    ['8 none', [], ['connect', 'none_fits', undefined]],
    ['8 none of the system', [credential('a', { system: 'slack' })], ['connect', 'none_fits', undefined]],
    [
      '8 none in a way that the tool takes',
      [credential('a', { strategy: 'custom' })],
      ['connect', 'none_fits', undefined],
    ],
  ] as const)('%s', (_rule, credentials, expected) => {
    verifies('CRD-01', 'CRD-04');
    expect(decided(plan(credentials))).toEqual(expected);
  });
});

describe('what cannot be used', () => {
  const broken = { status: 'needs_reconnect' } as const;

  test('is shown with the reason and not chosen; no other account steps in for it', () => {
    const answer = plan([credential('a', broken), credential('s', shared)]);
    expect(decided(answer)).toEqual(['connect', 'none_fits', undefined]);
    expect(answer.connect_again?.id).toBe('a');
    expect(answer.reason).toContain('name of a');
    expect(answer.candidates.map(({ id, usable, why_not }) => [id, usable, why_not])).toEqual([
      ['a', false, 'needs_reconnect'],
      ['s', true, undefined],
    ]);
  });

  test('is passed over when it was revoked on purpose', () => {
    const answer = plan([credential('a', { status: 'revoked' }), credential('s', shared)]);
    expect(decided(answer)).toEqual(['use', 'only_shared', 's']);
    expect(answer.candidates[0]).toMatchObject({ id: 'a', why_not: 'revoked' });
  });

  test('makes the person choose when it was chosen or bound before', () => {
    for (const pick of [{ remembered: 'a' }, { binding: 'a' }]) {
      expect(decided(plan([credential('a', broken), credential('b')], pick))).toEqual(['choose', 'several', undefined]);
    }
    const s = credential('s', { ...shared, ...broken });
    expect(decided(plan([s, credential('b')], { remembered: 's' }))).toEqual(['choose', 'several', undefined]);
    // Whatever they then choose is used.
    expect(decided(plan([s, credential('b')], { binding: 's', remembered: 'b' }))).toEqual(['use', 'remembered', 'b']);
  });

  test('grants need their scopes, and only grants have any', () => {
    const grant = (granted_scopes: string[] | null) => credential('g', { strategy: 'oauth2', granted_scopes });
    expect(decided(plan([grant(['repo', 'gist'])]))).toEqual(['use', 'only_own', 'g']);
    expect(decided(plan([grant(null)]))).toEqual(['use', 'only_own', 'g']);
    expect(plan([grant(['gist'])])).toMatchObject({
      decision: 'connect',
      connect_again: { id: 'g', why_not: 'scopes_missing' },
    });
    expect(decided(plan([credential('t', { granted_scopes: [] })]))).toEqual(['use', 'only_own', 't']);
  });
});

test('candidates stand own first, then as the tool prefers systems and strategies', () => {
  const { candidates } = plan([
    credential('1', shared),
    credential('2', { system: 'ghe', strategy: 'oauth2' }),
    credential('3'),
    credential('4', { strategy: 'oauth2' }),
  ]);
  expect(candidates.map(({ id }) => id)).toEqual(['4', '3', '2', '1']);
  expect(plan([]).connect).toEqual([
    { system: 'github', strategies: ['oauth2', 'token'] },
    { system: 'ghe', strategies: ['oauth2', 'token'] },
  ]);
});

/** What must hold of every plan, whatever the world. */
function check(input: ResolveInput): void {
  const answer = resolve(input);
  const foreign = input.credentials.filter((one) => one.scope === 'private' && one.user_id !== input.user_id);
  const visible = input.credentials.filter((one) => !foreign.includes(one));
  // The strongest form: without the others' private ones, every byte of the answer is the same.
  expect(resolve({ ...input, credentials: visible })).toEqual(answer);
  expect(resolve({ ...input, credentials: input.credentials.toReversed() })).toEqual(answer);
  const mine = new Set(visible.map(({ id }) => id));
  for (const { id } of [...answer.candidates, answer.credential, answer.connect_again].filter(
    (one) => one !== undefined,
  )) {
    expect(mine.has(id)).toBe(true);
  }
  if (answer.decision === 'use') expect(answer.credential).toMatchObject({ usable: true });
  else expect(answer.credential).toBeUndefined();
  const usable = answer.candidates.filter((one) => one.usable);
  if (answer.decision === 'choose') expect(usable.length).toBeGreaterThan(0);
  if (usable.length === 1 && answer.candidates.length === 1) expect(answer.decision).toBe('use');
}

describe('over all worlds', () => {
  const statuses = ['ok', 'expired', 'needs_reconnect', 'revoked'] as const;
  const strategies = ['token', 'oauth2', 'custom'] as const satisfies readonly CredentialStrategy[];

  test('brute force: three credentials of two people, with every scope, status, binding and choice', () => {
    verifies('CRD-04', 'CRD-01');
    const kinds = ['ada', 'bob'].flatMap((user_id) =>
      (['private', 'shared'] as const).flatMap((scope) =>
        statuses.map((status) => ({ user_id, scope, status }) as const),
      ),
    );
    let worlds = 0;
    for (const a of kinds) {
      for (const b of kinds) {
        for (const c of kinds) {
          const credentials = [credential('a', a), credential('b', b), credential('c', c)];
          for (const [binding, remembered] of [
            [undefined, undefined],
            ['a', undefined],
            [undefined, 'a'],
            ['a', 'b'],
          ]) {
            const input = { tool: 't', need, user_id: 'ada', credentials, binding, remembered };
            const answer = resolve(input);
            worlds += 1;
            const used = credentials.find(({ id }) => id === answer.credential?.id);
            if (used !== undefined && (used.status !== 'ok' || (used.scope === 'private' && used.user_id !== 'ada'))) {
              expect.fail(`${JSON.stringify(input)} uses ${used.id}`);
            }
            if (worlds % 17 === 0) check(input);
          }
        }
      }
    }
    expect(worlds).toBe(16 ** 3 * 4);
  });

  test('hostile worlds: names, ids and systems that look alike', () => {
    verifies('CRD-04');
    const text = fc.constantFrom('ada', 'bob', '', 'github', 'GitHub', 'ghe', '__proto__', 'constructor', 'a b', '"');
    const facts: fc.Arbitrary<CredentialFacts> = fc.record({
      id: fc.uuid(),
      name: text,
      system: fc.constantFrom('github', 'ghe', 'GitHub', '__proto__'),
      strategy: fc.constantFrom(...strategies),
      scope: fc.constantFrom('private', 'shared'),
      user_id: fc.constantFrom('ada', 'bob', 'cem', 'Ada', '__proto__'),
      status: fc.constantFrom(...statuses),
      account: fc.option(text),
      granted_scopes: fc.option(fc.subarray(['repo', 'gist'])),
      version: fc.nat(),
    });
    const world = fc
      .record({
        tool: text,
        need: fc.record({
          systems: fc.subarray(['github', 'ghe', '__proto__'], { minLength: 1 }),
          strategies: fc.subarray([...strategies], { minLength: 1 }),
          scopes: fc.subarray(['repo', 'gist']),
        }),
        user_id: fc.constantFrom('ada', 'bob', '__proto__'),
        credentials: fc.uniqueArray(facts, { maxLength: 8, selector: ({ id }) => id }),
        picks: fc.tuple(fc.nat(9), fc.nat(9)),
      })
      .map(({ picks: [binding, remembered], ...input }) => ({
        ...input,
        binding: input.credentials[binding]?.id,
        remembered: input.credentials[remembered]?.id,
      }));
    fc.assert(
      fc.property(world, (input) => check(input)),
      { numRuns: 3_000 },
    );
  });
});
