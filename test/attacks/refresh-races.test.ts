// Attack A27: concurrent renewals of a rotating refresh token, crashes between exchange and save, losers that come late.
// Real processes on PostgreSQL against a real provider that ends a grant whose refresh token is used twice.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import type { Store } from '../../server/src/store/store.ts';
import { addGrant, factsOf, openGrantOffice } from '../support/grant-office.ts';
import type { GrantOffice } from '../support/grant-office.ts';
import { startOauthProvider } from '../support/oauth-provider.ts';
import type { OauthProvider } from '../support/oauth-provider.ts';
import { addTenant, postgresHome } from '../support/stores.ts';
import type { StoreHome, TestTenant } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';
import { spawnRefresher } from '../oauth/spawn-refresher.ts';
import type { Refresher } from '../oauth/spawn-refresher.ts';

let provider: OauthProvider;
let home: StoreHome;
let store: Store;
let tenant: TestTenant;
let office: GrantOffice;
const started: Refresher[] = [];
const vault_key = makeMasterKey();
/** A lease that is over soon: what takes a minute in life takes a second here. */
const bounds = { grant_lease_ms: 1_500, grant_wait_ms: 15_000 };

beforeAll(async () => {
  provider = await startOauthProvider();
  home = await postgresHome();
  store = await home.open();
  tenant = await addTenant(store, 'acme');
  office = await openGrantOffice({ store, vault_key, provider: factsOf(provider), bounds });
});
afterEach(async () => {
  await provider.release('token');
  await provider.set({ rotate: true, delay_ms: {}, answers: {} });
  await Promise.all(started.splice(0).map((one) => one.kill()));
});
afterAll(async () => {
  await office.close();
  await store.close();
  await home.remove();
  await provider.stop();
});

const spawn = async (lease: Partial<typeof bounds> = {}): Promise<Refresher> => {
  const url = home.options.url ?? '';
  const refresher = await spawnRefresher({
    url,
    vault_key,
    provider: factsOf(provider),
    bounds: { ...bounds, ...lease },
  });
  started.push(refresher);
  return refresher;
};

/** A grant whose access token has ended. */
const connect = async () => {
  const tokens = await provider.connect();
  const credential_id = await addGrant(office, { tenant, tokens, saved_at: Date.now() - 3_600_000 });
  return { tokens, place: { tenant_id: tenant.tenant_id, credential_id } };
};
const rowOf = (id: string) =>
  store.inTenant(tenant.tenant_id, (db) =>
    db
      .selectFrom('credential')
      .select(['status', 'reason', 'version', 'refresh_owner'])
      .where('tenant_id', '=', tenant.tenant_id)
      .where('id', '=', id)
      .executeTakeFirstOrThrow(),
  );
const refreshes = async () => (await provider.requests())['token:refresh_token'] ?? 0;
const tokenOf = (id: string) => office.tokenOf(tenant.tenant_id, id);

describe('A27 concurrent renewals, crashes and losers', () => {
  test('fifty calls in two processes make one renewal, and all get the new token', async () => {
    verifies('OAU-04');
    const both = await Promise.all([spawn({ grant_lease_ms: 45_000 }), spawn({ grant_lease_ms: 45_000 })]);
    for (let round = 1; round <= 5; round += 1) {
      const { place, tokens } = await connect();
      const before = await refreshes();
      const results = (await Promise.all(both.map((one) => one.renew({ ...place, times: 25 })))).flat();
      expect(results).toHaveLength(50);
      expect(new Set(results)).toEqual(new Set([await tokenOf(place.credential_id)]));
      expect(results[0]).not.toBe(tokens.access_token);
      expect(await provider.isAlive(results[0] ?? '')).toBe(true);
      expect(await refreshes()).toBe(before + 1);
    }
  });

  test('killed after the exchange, before the save: the owner is told that it was interrupted', async () => {
    verifies('OAU-04');
    const [doomed, other] = await Promise.all([spawn(), spawn()]);
    const { place } = await connect();
    await provider.hold('token');
    void doomed.renew({ ...place, times: 1 });
    // The provider has rotated the token; its answer is on the way.
    await expect.poll(() => provider.held('token')).toBe(1);
    const waiting = other.renew({ ...place, times: 3 });
    await doomed.kill();
    await provider.release('token');
    expect(await waiting).toEqual(['over', 'over', 'over']);
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'needs_reconnect', reason: 'interrupted' });
  });

  test('killed after the exchange at a provider that does not rotate: the other one goes on', async () => {
    await provider.set({ rotate: false });
    const [doomed, other] = await Promise.all([spawn(), spawn()]);
    const { place } = await connect();
    await provider.hold('token');
    void doomed.renew({ ...place, times: 1 });
    await expect.poll(() => provider.held('token')).toBe(1);
    await doomed.kill();
    await provider.release('token');
    const [token = ''] = await other.renew({ ...place, times: 1 });
    expect(await provider.isAlive(token)).toBe(true);
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'ok', version: 2, refresh_owner: null });
  });

  test('killed before the exchange: the other one goes on', async () => {
    const [doomed, other] = await Promise.all([spawn(), spawn()]);
    const { place } = await connect();
    await provider.set({ delay_ms: { token: 1_000 } });
    const before = (await provider.requests())['token'] ?? 0;
    void doomed.renew({ ...place, times: 1 });
    await expect.poll(async () => (await provider.requests())['token']).toBe(before + 1);
    await doomed.kill();
    const [token = ''] = await other.renew({ ...place, times: 1 });
    expect(await provider.isAlive(token)).toBe(true);
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'ok', reason: null, version: 2 });
  });

  test('a process that stood still neither overwrites nor ends what the winner has', async () => {
    await provider.set({ rotate: false });
    const [still, winner] = await Promise.all([spawn(), spawn()]);
    const { place } = await connect();
    await provider.hold('token');
    const late = still.renew({ ...place, times: 2 });
    await expect.poll(() => provider.held('token')).toBe(1);
    still.signal('SIGSTOP');
    await provider.release('token');
    const [won = ''] = await winner.renew({ ...place, times: 1 });
    still.signal('SIGCONT');
    expect(await late).toEqual([won, won]);
    expect(await tokenOf(place.credential_id)).toBe(won);
    expect(await provider.isAlive(won)).toBe(true);
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'ok', version: 2 });
  });

  test('a refusal that comes late does not mark what the winner has', async () => {
    const { place } = await connect();
    const [late, winner] = [office.another(), office.another()];
    await provider.set({ delay_ms: { token: 4_000 } });
    const before = (await provider.requests())['token'] ?? 0;
    const refused = late.renew(place);
    await expect.poll(async () => (await provider.requests())['token']).toBe(before + 1);
    await provider.set({ delay_ms: {} });
    expect(await winner.renew(place)).toBe(true);
    await provider.set({ answers: { token: { status: 400, body: { error: 'invalid_grant' } } } });
    expect(await refused).toBe(true);
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'ok', reason: null, version: 2 });
  });

  test('what a late one holds is the grant, when the other one has found the refresh token used up', async () => {
    const { place } = await connect();
    const [late, other] = [office.another(), office.another()];
    await provider.hold('token');
    const saved = late.renew(place);
    await expect.poll(() => provider.held('token')).toBe(1);
    await provider.set({ answers: { token: { status: 400, body: { error: 'invalid_grant' } } } });
    expect(await other.renew(place)).toBe(false);
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'needs_reconnect', reason: 'interrupted' });
    await provider.release('token');
    expect(await saved).toBe(true);
    expect(await rowOf(place.credential_id)).toMatchObject({ status: 'ok', reason: null, version: 2 });
    expect(await provider.isAlive((await tokenOf(place.credential_id)) ?? '')).toBe(true);
  });

  test('a grant that is gone when its new tokens come is ended at the provider', async () => {
    const { place } = await connect();
    await provider.hold('token');
    const late = office.keeper.renew(place);
    await expect.poll(() => provider.held('token')).toBe(1);
    await store.inTenant(tenant.tenant_id, (db) =>
      db.deleteFrom('credential').where('id', '=', place.credential_id).execute(),
    );
    const before = await provider.liveRefreshTokens('ada');
    await provider.release('token');
    expect(await late).toBe(false);
    expect(await provider.liveRefreshTokens('ada')).toBe(before - 1);
  });
});
