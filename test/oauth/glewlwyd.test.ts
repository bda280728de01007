// The life of a grant at a second, independent provider: Debian's glewlwyd. It answers a refused refresh token with an empty
// body, and the end of a refresh token leaves its access tokens alive.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import type { Provider } from '../../server/src/credentials/oauth/provider.ts';
import { disconnect } from '../../server/src/credentials/oauth/revoke.ts';
import { makeMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import type { Store } from '../../server/src/store/store.ts';
import { hasGlewlwyd, startGlewlwyd } from '../support/glewlwyd.ts';
import type { Glewlwyd } from '../support/glewlwyd.ts';
import { addGrant, factsOf, openGrantOffice } from '../support/grant-office.ts';
import type { GrantOffice } from '../support/grant-office.ts';
import { addTenant, embeddedHome } from '../support/stores.ts';
import type { StoreHome, TestTenant } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

// Skipped: glewlwyd is not installed; hasGlewlwyd says how to get it.
describe.skipIf(!hasGlewlwyd())('a grant of glewlwyd', () => {
  let provider: Glewlwyd;
  let home: StoreHome;
  let store: Store;
  let tenant: TestTenant;
  let office: GrantOffice;
  let ahead_ms = 0;
  const clock = { now: () => systemClock.now() + ahead_ms, monotonic: () => systemClock.monotonic() };

  beforeAll(async () => {
    provider = await startGlewlwyd();
    home = await embeddedHome();
    store = await home.open();
    tenant = await addTenant(store, 'acme');
    const definition = (known: Provider): Provider => {
      if (known.oauth === undefined) return known;
      const token_answer = { ...known.oauth.token_answer, without_error: 'invalid_grant' as const };
      return { ...known, oauth: { ...known.oauth, token_answer } };
    };
    const facts = factsOf(provider);
    office = await openGrantOffice({ store, vault_key: makeMasterKey(), provider: facts, clock, definition });
  });
  afterAll(async () => {
    await office.close();
    await store.close();
    await home.remove();
    await provider.stop();
  });

  const connect = async () => {
    const tokens = await provider.connect();
    const place = { tenant_id: tenant.tenant_id, credential_id: await addGrant(office, { tenant, tokens }) };
    return { tokens, place, token: () => office.tokenOf(place.tenant_id, place.credential_id) };
  };
  const rowOf = (id: string) =>
    store.inTenant(tenant.tenant_id, (db) =>
      db.selectFrom('credential').select(['status', 'reason', 'version']).where('id', '=', id).executeTakeFirst(),
    );

  test('is renewed once for many calls, over many expiries, with a refresh token that is used up each time', async () => {
    verifies('OAU-04');
    const { place, token } = await connect();
    const seen = new Set<string | undefined>();
    for (let round = 1; round <= 5; round += 1) {
      ahead_ms += 700_000;
      const results = await Promise.all(Array.from({ length: 20 }, () => office.keeper.renew(place)));
      expect(new Set(results)).toEqual(new Set([true]));
      seen.add(await token());
    }
    expect(seen.size).toBe(5);
    expect(await provider.isAlive((await token()) ?? '')).toBe(true);
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'ok', version: 6 });
  });

  test('that was taken back needs to be connected again', async () => {
    const { place, tokens } = await connect();
    const pair = Buffer.from(`${provider.client_id}:${provider.client_secret}`).toString('base64');
    const body = new URLSearchParams({ token: tokens.refresh_token });
    await fetch(provider.endpoints.revocation, { method: 'POST', headers: { authorization: `Basic ${pair}` }, body });
    ahead_ms += 700_000;
    expect(await office.keeper.renew(place)).toBe(false);
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'needs_reconnect', reason: 'revoked' });
  });

  test('is dead after a disconnect, both tokens of it', async () => {
    verifies('OAU-05');
    const { place, tokens } = await connect();
    expect(await disconnect(office.ender, 'operator', place)).toMatchObject({ outcome: 'dead', instructions: null });
    expect(await provider.isAlive(tokens.access_token)).toBe(false);
    expect(await provider.isAlive(tokens.refresh_token)).toBe(false);
    expect(await rowOf(place.credential_id)).toBeUndefined();
  });
});
