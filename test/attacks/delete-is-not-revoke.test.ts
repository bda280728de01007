// Attack A29: whoever has stolen a token goes on using it after it was deleted here. Ending a grant ends it at the provider,
// which is asked whether it did; in an emergency all at once. On both forms of the database, against a real provider.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { leaveCredentials } from '../../server/src/credentials/leave-credentials.ts';
import type { Provider } from '../../server/src/credentials/oauth/provider.ts';
import { listReceipts } from '../../server/src/credentials/oauth/receipts.ts';
import { disconnect, revokeMany } from '../../server/src/credentials/oauth/revoke.ts';
import { sweepGrants } from '../../server/src/credentials/oauth/start-grant-sweep.ts';
import { takeAway } from '../../server/src/credentials/oauth/take-away.ts';
import { makeMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import { writeSecrets } from '../../server/src/credentials/vault/secrets.ts';
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
const by_hand = 'Take the grant back on the page of the test provider.';

beforeAll(async () => {
  provider = await startOauthProvider();
});
afterEach(async () => {
  ahead_ms = 0;
  await provider.release('token');
  await provider.set({ rotate: true, answers: {}, delay_ms: {} });
});
afterAll(() => provider.stop());

describe.each(storeForms)('A29 deleting is revoking, on %s', (_, makeHome) => {
  let home: StoreHome;
  let store: Store;
  let tenant: TestTenant;
  let office: GrantOffice;
  const vault_key = makeMasterKey();
  const bounds = { revocation_check_ms: 50 };

  beforeAll(async () => {
    home = await makeHome();
    store = await home.open();
    tenant = await addTenant(store, 'acme');
    office = await openGrantOffice({ store, vault_key, provider: factsOf(provider), clock, bounds });
  });
  afterAll(async () => {
    await office.close();
    await store.close();
    await home.remove();
  });

  const connect = async (more: Partial<NewGrant> = {}, account = 'ada') => {
    const tokens = await provider.connect({ account });
    const credential_id = await addGrant(office, { tenant, tokens, ...more });
    return { tokens, place: { tenant_id: tenant.tenant_id, credential_id } };
  };
  const receiptsOf = (credential_id: string) =>
    listReceipts({ store }, { tenant_id: tenant.tenant_id, credential_id, limit: 10 });
  /** Rows that are left of a credential: itself, its secrets, its grant. */
  const leftOf = (id: string) =>
    store.inTenant(tenant.tenant_id, async (db) => {
      const credential = await db.selectFrom('credential').select('id').where('id', '=', id).execute();
      const secret = await db.selectFrom('secret').select('field').where('record_id', '=', id).execute();
      const ended = await db.selectFrom('ended_grant').select('tries').where('id', '=', id).execute();
      return { credential: credential.length, secrets: secret.length, ended: ended.map(({ tries }) => tries) };
    });
  const nothing = { credential: 0, secrets: 0, ended: [] };

  test('after a disconnect the provider itself refuses every token, and the receipt says so', async () => {
    verifies('OAU-05');
    const { place, tokens } = await connect();
    expect(await provider.isAlive(tokens.access_token)).toBe(true);
    const receipt = await disconnect(office.ender, 'operator', place);
    expect(receipt).toMatchObject({
      ...{ credential_id: place.credential_id, outcome: 'dead', instructions: null, system: 'testprovider' },
      ...{ account: 'ada@provider.example', user_id: tenant.user_id },
    });
    expect(await provider.isAlive(tokens.access_token)).toBe(false);
    expect(await provider.isAlive(tokens.refresh_token)).toBe(false);
    const { status } = await fetch(provider.endpoints.userinfo, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(status).toBe(401);
    expect(await leftOf(place.credential_id)).toEqual(nothing);
    expect(await receiptsOf(place.credential_id)).toEqual([receipt]);
    const changes = await store.inTenant(tenant.tenant_id, (db) =>
      db
        .selectFrom('audit_change')
        .select(['action', 'via'])
        .where('target_id', '=', place.credential_id)
        .orderBy('id')
        .execute(),
    );
    expect(changes).toEqual([
      { action: 'credential-deleted', via: 'operator' },
      { action: 'grant-revoked', via: 'server' },
    ]);
    await expect(disconnect(office.ender, 'operator', place)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a provider that says yes and does nothing: alive, with what to do by hand', async () => {
    verifies('OAU-05');
    const { place, tokens } = await connect();
    await provider.set({ answers: { revocation: { status: 200 } } });
    const receipt = await disconnect(office.ender, 'operator', place);
    expect(receipt).toMatchObject({ outcome: 'alive', instructions: by_hand });
    expect(await provider.isAlive(tokens.access_token)).toBe(true);
    expect(await leftOf(place.credential_id)).toEqual(nothing);
  });

  test('an access token that had ended does not pass for a dead grant', async () => {
    await provider.set({ access_token_s: 1 });
    const { place, tokens } = await connect();
    await provider.set({ access_token_s: 600, answers: { revocation: { status: 200 } } });
    await expect.poll(() => provider.isAlive(tokens.access_token)).toBe(false);
    expect(await disconnect(office.ender, 'operator', place)).toMatchObject({ outcome: 'alive' });
  });

  test('a provider without revocation: alive, with what to do by hand', async () => {
    const definition = (known: Provider): Provider => ({
      ...known,
      ...(known.oauth === undefined ? {} : { oauth: { ...known.oauth, revoke_url: undefined } }),
    });
    const other = await openGrantOffice({ store, vault_key, provider: factsOf(provider), clock, bounds, definition });
    const { place } = await connect();
    expect(await disconnect(other.ender, 'operator', place)).toMatchObject({ outcome: 'alive', instructions: by_hand });
    expect(await leftOf(place.credential_id)).toEqual(nothing);
    await other.close();
  });

  test('a provider that is away: no use here at once, unknown at first, and ended when it is back', async () => {
    const { place, tokens } = await connect();
    await provider.set({ answers: { revocation: 'drop', userinfo: 'drop', token: 'drop' } });
    expect(await disconnect(office.ender, 'operator', place)).toMatchObject({
      outcome: 'unknown',
      instructions: by_hand,
    });
    expect(await office.keeper.renew(place)).toBe(false);
    expect(await leftOf(place.credential_id)).toMatchObject({ credential: 0, ended: [1] });
    expect(await sweepGrants(office.ender)).toBe(0);
    await provider.set({ answers: {} });
    ahead_ms = 61_000;
    expect(await sweepGrants(office.ender)).toBe(1);
    expect(await provider.isAlive(tokens.refresh_token)).toBe(false);
    expect((await receiptsOf(place.credential_id)).map(({ outcome }) => outcome)).toEqual(['dead', 'unknown']);
    expect(await leftOf(place.credential_id)).toEqual(nothing);
  });

  test('what stays away is given up in the end, without leaving a secret', async () => {
    const { place } = await connect();
    await provider.set({ answers: { revocation: 'drop', userinfo: 'drop', token: 'drop' } });
    await disconnect(office.ender, 'operator', place);
    for (let round = 1; round < 10; round += 1) {
      ahead_ms += 10 * 60 * 60_000;
      expect(await sweepGrants(office.ender)).toBe(1);
    }
    expect(await leftOf(place.credential_id)).toEqual(nothing);
    expect((await receiptsOf(place.credential_id)).map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
  });

  test('what a crash has left is ended by the sweep, once', async () => {
    const { place, tokens } = await connect();
    const { tenant_id, credential_id } = place;
    const taking = { tenant_id, actor: 'operator' as const, which: { credential_id }, reserved_ms: 60_000 };
    await store.inTenant(tenant_id, (db) => takeAway(db, office.ender, taking));
    expect(await office.keeper.renew(place)).toBe(false);
    expect(await provider.isAlive(tokens.access_token)).toBe(true);
    ahead_ms = 61_000;
    const counts = await Promise.all([sweepGrants(office.ender), sweepGrants(office.ender)]);
    expect(counts.reduce((a, b) => a + b)).toBe(1);
    expect(await provider.isAlive(tokens.access_token)).toBe(false);
    expect(await receiptsOf(credential_id)).toMatchObject([{ outcome: 'dead' }]);
    expect(await leftOf(credential_id)).toEqual(nothing);
  });

  test('a renewal under way leaves nothing alive', async () => {
    const { place } = await connect({ saved_at: Date.now() - 3_600_000 }, 'eve');
    await provider.hold('token');
    const renewal = office.keeper.renew(place);
    await expect.poll(() => provider.held('token')).toBe(1);
    const ended = disconnect(office.ender, 'operator', place);
    // The renewal, and the question whether the refresh token is refused.
    await expect.poll(() => provider.held('token')).toBe(2);
    await provider.release('token');
    expect(await renewal).toBe(false);
    expect(await ended).toMatchObject({ outcome: 'dead' });
    expect(await provider.liveRefreshTokens('eve')).toBe(0);
    expect(await leftOf(place.credential_id)).toEqual(nothing);
  });

  test('an emergency ends all of a provider, of a person, of a tenant, and goes on after what fails', async () => {
    verifies('OAU-05');
    const other = await addTenant(store, 'other');
    const { place: theirs } = await connect({ tenant: other });
    const all = [await connect(), await connect({}, 'ben'), await connect({}, 'eve')];
    // Its tokens are lost.
    await store.inTenant(tenant.tenant_id, (db) =>
      db
        .deleteFrom('secret')
        .where('record_id', '=', all[1]?.place.credential_id ?? '')
        .execute(),
    );
    const wanted = { tenant_id: tenant.tenant_id, which: { provider: 'testprovider' } };
    const { receipts, pending } = await revokeMany(office.ender, 'operator', wanted);
    expect(receipts.map(({ outcome }) => outcome).sort()).toEqual(['dead', 'dead', 'nothing_to_revoke']);
    expect(pending).toBe(0);
    for (const { place, tokens } of [all[0], all[2]].filter((one) => one !== undefined)) {
      expect(await provider.isAlive(tokens.access_token)).toBe(false);
      expect(await leftOf(place.credential_id)).toEqual(nothing);
    }
    // Another tenant's, although the same account at the same provider.
    const kept = await office.tokenOf(other.tenant_id, theirs.credential_id);
    expect(await provider.isAlive(kept ?? '')).toBe(true);
  });

  test('what has no grant is deleted with a receipt of its own', async () => {
    const { tenant_id, user_id } = tenant;
    const id = randomIds.uuid();
    const tenant_vault = await office.deps.vault.of(tenant_id);
    const now = new Date();
    await store.inTenant(tenant_id, async (db) => {
      const kind = {
        name: 'a token',
        system: 'testprovider',
        strategy: 'token',
        scope: 'private',
        status: 'ok',
      } as const;
      const times = { created_at: now, updated_at: now };
      await db
        .insertInto('credential')
        .values({ tenant_id, id, user_id, ...kind, ...times })
        .execute();
      await writeSecrets(db, tenant_vault, { record_id: id, fields: { token: 'secret' } });
    });
    const receipt = await disconnect(office.ender, 'operator', { tenant_id, credential_id: id });
    expect(receipt).toMatchObject({ outcome: 'nothing_to_revoke', instructions: by_hand });
    expect(await leftOf(id)).toEqual(nothing);
  });

  test('the private grants of a member who is removed end at the provider too, with their own registration', async () => {
    const { tenant_id } = tenant;
    const user_id = await addMember('gone@acme.example');
    const oauth_client_id = randomIds.uuid();
    const { place, tokens } = await connect({ user_id });
    const { place: shared } = await connect({ user_id, scope: 'shared' });
    const tenant_vault = await office.deps.vault.of(tenant_id);
    const { client_id, client_secret } = provider;
    await store.inTenant(tenant_id, async (db) => {
      const client = { tenant_id, id: oauth_client_id, provider: 'testprovider', name: 'own', client_id, user_id };
      await db
        .insertInto('oauth_client')
        .values({ ...client, options: {}, created_at: new Date() })
        .execute();
      await writeSecrets(db, tenant_vault, { record_id: oauth_client_id, fields: { client_secret } });
      await db.updateTable('credential').set({ oauth_client_id }).where('id', '=', place.credential_id).execute();
    });
    await store.inTenant(tenant_id, async (db) => {
      const leaving = { tenant_id, user_id, heir_id: tenant.user_id, actor: 'operator' as const };
      await leaveCredentials(office.ender)(db, leaving);
      await db.deleteFrom('member').where('tenant_id', '=', tenant_id).where('user_id', '=', user_id).execute();
    });
    expect(await leftOf(place.credential_id)).toMatchObject({ credential: 0, ended: [0] });
    expect(await sweepGrants(office.ender)).toBe(1);
    expect(await provider.isAlive(tokens.access_token)).toBe(false);
    expect(await receiptsOf(place.credential_id)).toMatchObject([{ outcome: 'dead', user_id }]);
    expect(await leftOf(place.credential_id)).toEqual(nothing);
    expect(await leftOf(oauth_client_id)).toEqual(nothing);
    expect(await leftOf(shared.credential_id)).toMatchObject({ credential: 1 });
  });

  const addMember = async (email: string): Promise<string> => {
    const { user_id } = await addTenant(store, email.replaceAll(/\W/g, '-'), email);
    await store.inTenant(tenant.tenant_id, async (db) => {
      await db.insertInto('member').values({ tenant_id: tenant.tenant_id, user_id, role: 'member' }).execute();
    });
    return user_id;
  };
});
