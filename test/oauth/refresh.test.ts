// Renewal of OAuth access on both forms of the database, against a real provider with rotating refresh tokens.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { makeMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import type { Store } from '../../server/src/store/store.ts';
import { addGrant, factsOf, openGrantOffice } from '../support/grant-office.ts';
import type { GrantOffice, NewGrant } from '../support/grant-office.ts';
import { startOauthProvider } from '../support/oauth-provider.ts';
import type { OauthProvider } from '../support/oauth-provider.ts';
import { addTenant, storeForms } from '../support/stores.ts';
import type { StoreHome, TestTenant } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

let provider: OauthProvider;
/** Milliseconds that the clock is ahead. */
let ahead_ms = 0;
const clock = { now: () => systemClock.now() + ahead_ms, monotonic: () => systemClock.monotonic() };

beforeAll(async () => {
  provider = await startOauthProvider();
});
afterEach(async () => {
  ahead_ms = 0;
  await provider.release('token');
  await provider.set({ access_token_s: 600, rotate: true, tells_expiry: true, delay_ms: {}, answers: {} });
});
afterAll(() => provider.stop());

describe.each(storeForms)('on %s', (_form, makeHome) => {
  let home: StoreHome;
  let store: Store;
  let tenant: TestTenant;
  let office: GrantOffice;

  beforeAll(async () => {
    home = await makeHome();
    store = await home.open();
    tenant = await addTenant(store, 'acme');
    const bounds = { grant_wait_ms: 1_000 };
    office = await openGrantOffice({ store, vault_key: makeMasterKey(), provider: factsOf(provider), clock, bounds });
  });
  afterAll(async () => {
    await office.close();
    await store.close();
    await home.remove();
  });

  const connect = async (more: Partial<NewGrant> = {}) => {
    const tokens = await provider.connect();
    const credential_id = await addGrant(office, { tenant, tokens, ...more });
    const place = { tenant_id: tenant.tenant_id, credential_id };
    return { tokens, place, token: () => office.tokenOf(place.tenant_id, credential_id) };
  };
  const rowOf = (id: string) =>
    store.inTenant(tenant.tenant_id, (db) =>
      db
        .selectFrom('credential')
        .select(['status', 'reason', 'version', 'refresh_owner', 'refresh_in_doubt', 'expires_at'])
        .where('tenant_id', '=', tenant.tenant_id)
        .where('id', '=', id)
        .executeTakeFirstOrThrow(),
    );
  const changesOf = (id: string) =>
    store.inTenant(tenant.tenant_id, (db) =>
      db
        .selectFrom('audit_change')
        .select(['action', 'via'])
        .where('tenant_id', '=', tenant.tenant_id)
        .where('target_id', '=', id)
        .orderBy('id')
        .execute(),
    );
  const refreshes = async () => (await provider.requests())['token:refresh_token'] ?? 0;

  test('a token that lasts is not renewed', async () => {
    const { place, tokens, token } = await connect();
    const before = await refreshes();
    expect(await office.keeper.renew(place)).toBe(true);
    expect(await token()).toBe(tokens.access_token);
    expect(await refreshes()).toBe(before);
  });

  test('fifty calls on an expired token make one renewal, and all get the new token', async () => {
    verifies('OAU-04');
    const { place, tokens, token } = await connect();
    const before = await refreshes();
    ahead_ms = 700_000;
    const results = await Promise.all(Array.from({ length: 50 }, () => office.keeper.renew(place)));
    expect(results).toEqual(results.map(() => true));
    expect(await refreshes()).toBe(before + 1);
    const renewed = (await token()) ?? '';
    expect(renewed).not.toBe(tokens.access_token);
    expect(await provider.isAlive(renewed)).toBe(true);
    expect(await rowOf(place.credential_id)).toMatchObject({
      ...{ status: 'ok', version: 2, refresh_owner: null, refresh_in_doubt: false },
      expires_at: expect.any(Date),
    });
    expect(await changesOf(place.credential_id)).toEqual([{ action: 'credential-refreshed', via: 'server' }]);
  });

  test('a rotated refresh token is kept over many expiries', async () => {
    verifies('OAU-04');
    const { place, token } = await connect();
    const seen = new Set<string | undefined>();
    for (let round = 1; round <= 15; round += 1) {
      ahead_ms += 700_000;
      const both = [office.keeper, office.another()];
      await Promise.all([...both, ...both, ...both].map((keeper) => keeper.renew(place)));
      seen.add(await token());
    }
    expect(seen.size).toBe(15);
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'ok', version: 16 });
    expect(await provider.isAlive((await token()) ?? '')).toBe(true);
  });

  test('a provider that does not rotate keeps its refresh token', async () => {
    await provider.set({ rotate: false });
    const { place } = await connect();
    for (let round = 1; round <= 3; round += 1) {
      ahead_ms += 700_000;
      expect(await office.keeper.renew(place)).toBe(true);
    }
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'ok', version: 4 });
  });

  test('before the end, the others use what still works while one renews', async () => {
    const { place, tokens, token } = await connect();
    await provider.hold('token');
    ahead_ms = 560_000;
    const first = office.keeper.renew(place);
    await expect.poll(() => provider.held('token')).toBe(1);
    expect(await office.keeper.renew(place)).toBe(true);
    expect(await office.another().renew(place)).toBe(true);
    expect(await token()).toBe(tokens.access_token);
    await provider.release('token');
    expect(await first).toBe(true);
    expect(await token()).not.toBe(tokens.access_token);
  });

  test('refresh_delayed for whoever waits too long for somebody else', async () => {
    const { place } = await connect();
    await provider.hold('token');
    ahead_ms = 700_000;
    const first = office.keeper.renew(place);
    await expect.poll(() => provider.held('token')).toBe(1);
    await expect(office.another().renew(place)).rejects.toMatchObject({ code: 'refresh_delayed', retryable: true });
    await provider.release('token');
    expect(await first).toBe(true);
  });

  test('a grant that was taken back: needs_reconnect with the reason, audited once, and told to everybody', async () => {
    const { place } = await connect();
    await provider.revokeGrants('ada');
    ahead_ms = 700_000;
    const results = await Promise.all([office.keeper.renew(place), office.keeper.renew(place)]);
    expect(results).toEqual([false, false]);
    expect(await office.another().renew(place)).toBe(false);
    expect(await rowOf(place.credential_id)).toMatchObject({
      status: 'needs_reconnect',
      reason: 'revoked',
      version: 1,
    });
    expect(await changesOf(place.credential_id)).toEqual([{ action: 'credential-broken', via: 'server' }]);
  });

  test('without a refresh token, access that has ended is expired', async () => {
    const tokens = await provider.connect();
    const { refresh_token: _, ...without } = tokens;
    const { place } = await connect({ tokens: without as typeof tokens });
    ahead_ms = 560_000;
    expect(await office.keeper.renew(place)).toBe(true);
    ahead_ms = 700_000;
    expect(await office.keeper.renew(place)).toBe(false);
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'expired', reason: 'no_refresh_token' });
  });

  test('a registration that is refused leaves the grant; the next calls do not ask again at once', async () => {
    const { place } = await connect();
    await provider.set({ answers: { token: { status: 401, body: { error: 'invalid_client' } } } });
    ahead_ms = 700_000;
    const before = (await provider.requests())['token'] ?? 0;
    await expect(office.keeper.renew(place)).rejects.toMatchObject({ problem: 'invalid_client' });
    await expect(office.another().renew(place)).rejects.toMatchObject({ problem: 'invalid_client' });
    expect((await provider.requests())['token']).toBe(before + 1);
    expect(await rowOf(place.credential_id)).toMatchObject({
      ...{ status: 'ok', reason: 'client_refused', version: 1, refresh_in_doubt: false },
    });
    await provider.set({ answers: {} });
    await endPause(place.credential_id);
    expect(await office.keeper.renew(place)).toBe(true);
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'ok', reason: null, version: 2 });
  });

  test.each([
    ['is down', { answers: { token: 'drop' as const } }],
    ['fails', { answers: { token: { status: 503 } } }],
    ['answers nonsense', { answers: { token: { status: 200, body: { hello: 'there' } } } }],
  ])('a provider that %s leaves the grant, and is not hammered', async (_what, behaviour) => {
    const { place, token, tokens } = await connect();
    await provider.set(behaviour);
    const before = (await provider.requests())['token'] ?? 0;
    ahead_ms = 560_000;
    // What still works is used.
    expect(await office.keeper.renew(place)).toBe(true);
    expect(await token()).toBe(tokens.access_token);
    ahead_ms = 700_000;
    for (const keeper of [office.keeper, office.another(), office.keeper]) {
      await expect(keeper.renew(place)).rejects.toMatchObject({ code: 'refresh_delayed', retryable: true });
    }
    expect((await provider.requests())['token']).toBe(before + 1);
    await provider.set({ answers: {} });
    await endPause(place.credential_id);
    expect(await office.keeper.renew(place)).toBe(true);
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'ok', version: 2, refresh_in_doubt: false });
  });

  test('an answer that was lost: the refused refresh token is told as interrupted', async () => {
    const { place } = await connect();
    await provider.set({ answers: { token: 'drop' } });
    ahead_ms = 700_000;
    await expect(office.keeper.renew(place)).rejects.toMatchObject({ code: 'refresh_delayed' });
    await provider.set({ answers: {} });
    await provider.revokeGrants('ada');
    await endPause(place.credential_id);
    expect(await office.keeper.renew(place)).toBe(false);
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'needs_reconnect', reason: 'interrupted' });
  });

  describe('a token that a service refuses', () => {
    const old = { saved_at: Date.now() - 3_600_000, expires_at: null };

    test('is renewed once, however many calls were refused', async () => {
      const { place, token, tokens } = await connect(old);
      const before = await refreshes();
      const wanted = { ...place, refused_version: 1 };
      const results = await Promise.all([1, 2, 3, 4].map(() => office.keeper.renew(wanted)));
      expect(results).toEqual([true, true, true, true]);
      expect(await office.keeper.renew(wanted)).toBe(true);
      expect(await refreshes()).toBe(before + 1);
      expect(await token()).not.toBe(tokens.access_token);
    });

    test('is not renewed again when it is new and the provider takes it', async () => {
      const { place } = await connect();
      const before = await refreshes();
      expect(await office.keeper.renew({ ...place, refused_version: 1 })).toBe(false);
      expect(await refreshes()).toBe(before);
      expect(await rowOf(place.credential_id)).toMatchObject({ status: 'ok' });
    });

    test('is dead at once when the person has taken the grant back', async () => {
      const { place } = await connect();
      await provider.revokeGrants('ada');
      expect(await office.keeper.renew({ ...place, refused_version: 1 })).toBe(false);
      expect(await rowOf(place.credential_id)).toMatchObject({ status: 'needs_reconnect', reason: 'revoked' });
    });

    test('and cannot be renewed is marked, unless the provider takes it', async () => {
      const tokens = await provider.connect();
      const { refresh_token: _, ...without } = tokens;
      const { place } = await connect({ ...old, tokens: without as typeof tokens });
      expect(await office.keeper.renew({ ...place, refused_version: 1 })).toBe(false);
      expect(await rowOf(place.credential_id)).toMatchObject({ status: 'ok' });
      await provider.revokeGrants('ada');
      expect(await office.keeper.renew({ ...place, refused_version: 1 })).toBe(false);
      expect(await rowOf(place.credential_id)).toMatchObject({ status: 'needs_reconnect', reason: 'revoked' });
    });
  });

  test('nothing is renewed of a credential that is gone or ended', async () => {
    const { place } = await connect();
    ahead_ms = 700_000;
    expect(await office.keeper.renew({ ...place, credential_id: tenant.user_id })).toBe(false);
    await store.inTenant(tenant.tenant_id, (db) =>
      db.updateTable('credential').set({ status: 'revoked' }).where('id', '=', place.credential_id).execute(),
    );
    const before = await refreshes();
    expect(await office.keeper.renew(place)).toBe(false);
    expect(await refreshes()).toBe(before);
  });

  /** As if the time after a failure had passed. */
  const endPause = (id: string) =>
    store.inTenant(tenant.tenant_id, (db) =>
      db.updateTable('credential').set({ refresh_until: null }).where('id', '=', id).execute(),
    );
});
