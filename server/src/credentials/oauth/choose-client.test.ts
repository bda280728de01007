import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifies } from '../../../../test/support/verifies.ts';
import { callbackName, chooseClient } from './choose-client.ts';
import type { ClientChoice, RegisteredClient } from './choose-client.ts';

const provider = fc.constantFrom('github', 'slack');
const person = fc.constantFrom('ada', 'ben');

const registered: fc.Arbitrary<readonly RegisteredClient[]> = fc
  .array(
    fc.record({ provider, user_id: fc.option(person, { nil: null }), created_at: fc.integer({ min: 0, max: 3 }) }),
    { maxLength: 8 },
  )
  .map((all) =>
    all.map((one, index) => ({ ...one, id: `c${index}`, name: `n${index}`, client_id: `i${index}`, options: {} })),
  );

const choice: fc.Arbitrary<ClientChoice> = fc.record({
  provider,
  user_id: person,
  own: fc.option(
    fc.integer({ min: 0, max: 9 }).map((index) => `c${index}`),
    { nil: undefined },
  ),
  registered,
  global: fc.array(fc.record({ provider, client_id: fc.constant('g'), options: fc.constant({}) }), { maxLength: 2 }),
});

describe('chooseClient', () => {
  it('takes the most specific: of the credential, of the tenant, of the server', () => {
    verifies('OAU-02');
    fc.assert(
      fc.property(choice, (given) => {
        const chosen = chooseClient(given);
        const mine = given.registered.filter((one) => one.provider === given.provider);
        const own = mine.find(({ id, user_id }) => id === given.own && (user_id ?? given.user_id) === given.user_id);
        const tenants = mine.filter(({ user_id }) => user_id === null);
        if (given.own !== undefined) {
          expect(chosen).toEqual(own && { kind: 'registered', client: own });
        } else if (tenants.length > 0) {
          expect(tenants.map(({ id }) => id)).toContain(chosen?.kind === 'registered' ? chosen.client.id : undefined);
        } else {
          expect(chosen?.kind).toBe(given.global.some((one) => one.provider === given.provider) ? 'global' : undefined);
        }
      }),
    );
  });

  it("never takes another person's, nor one of another provider", () => {
    fc.assert(
      fc.property(choice, (given) => {
        const chosen = chooseClient(given);
        if (chosen === undefined) return;
        expect(chosen.client.provider).toBe(given.provider);
        if (chosen.kind === 'registered') expect([null, given.user_id]).toContain(chosen.client.user_id);
        // Without being named, only the tenant's: a person's own client is for the credential that it is named for.
        if (chosen.kind === 'registered' && given.own === undefined) expect(chosen.client.user_id).toBeNull();
      }),
    );
  });

  it('does not depend on the order in which registrations are known', () => {
    fc.assert(
      fc.property(choice, (given) => {
        const turned = { ...given, registered: given.registered.toReversed() };
        expect(chooseClient(turned)).toEqual(chooseClient(given));
      }),
    );
  });

  it('gives every registration of a tenant a redirect URI of its own', () => {
    const client = { id: 'c1', provider: 'github', name: '', client_id: '', options: {}, user_id: null, created_at: 0 };
    expect(callbackName({ kind: 'registered', client })).toBe('c1');
    expect(callbackName({ kind: 'global', client })).toBe('github');
  });
});
