// What the resolver remembers, for how long it counts, and that a call in the normal case asks no database.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import { createResolver } from '../../server/src/credentials/create-resolver.ts';
import { createCredential, updateCredential } from '../../server/src/credentials/credentials.ts';
import type { CredentialDeps } from '../../server/src/credentials/credentials.ts';
import type { CredentialResolver, NeedyTool } from '../../server/src/credentials/resolver.ts';
import { makeMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import { rolePermissions } from '../../server/src/identity/permissions.ts';
import type { Principal } from '../../server/src/identity/principal.ts';
import type { Store } from '../../server/src/store/store.ts';
import { addGrant, factsOf, openGrantOffice } from '../support/grant-office.ts';
import type { GrantOffice } from '../support/grant-office.ts';
import { startOauthProvider } from '../support/oauth-provider.ts';
import type { OauthProvider } from '../support/oauth-provider.ts';
import { addTenant, postgresHome } from '../support/stores.ts';
import type { StoreHome, TestTenant } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

let home: StoreHome;
let store: Store;
let tenant: TestTenant;
let provider: OauthProvider;
let office: GrantOffice;
let deps: CredentialDeps;
let resolver: CredentialResolver;
let questions = 0;
/** Milliseconds that the clock is ahead. */
let ahead_ms = 0;
const clock = { now: () => systemClock.now() + ahead_ms, monotonic: () => systemClock.monotonic() };

beforeAll(async () => {
  home = await postgresHome();
  const real = await home.open();
  // The real store, counted.
  store = {
    ...real,
    inTenant: (...work) => {
      questions += 1;
      return real.inTenant(...work);
    },
  };
  tenant = await addTenant(store, 'acme');
  provider = await startOauthProvider();
  office = await openGrantOffice({ store, vault_key: makeMasterKey(), provider: factsOf(provider), clock });
  const { vault } = office.deps;
  deps = { store, clock, ids: randomIds, vault };
  resolver = createResolver({ ...deps, log: createLog({ level: 'silent' }), grants: office.keeper });
});
afterEach(async () => {
  ahead_ms = 0;
  await store.inTenant(tenant.tenant_id, (db) =>
    db.deleteFrom('credential').where('tenant_id', '=', tenant.tenant_id).execute(),
  );
});
afterAll(async () => {
  await resolver.close();
  await office.close();
  await provider.stop();
  await store.close();
  await home.remove();
});

/** The principal as it would be identified now. */
async function ada(): Promise<Principal> {
  const { tenant_id, user_id } = tenant;
  const { credential_epoch } = await store.inTenant(tenant_id, (db) =>
    db.selectFrom('tenant').select('credential_epoch').where('id', '=', tenant_id).executeTakeFirstOrThrow(),
  );
  return {
    ...{ tenant_id, user_id, credential_epoch, catalogue_epoch: '0', role: 'owner', calls_per_minute: null },
    caller: {
      user_id,
      user_email: 'ada@example.com',
      user_name: 'Ada',
      tenant_id,
      tenant_slug: 'acme',
      workspace_id: 'w1',
    },
    via: { kind: 'api_key', id: randomIds.uuid() },
    permissions: new Set(rolePermissions.owner),
  };
}

const tool: NeedyTool = {
  name: 'who',
  credential_need: { systems: ['hub', 'testprovider'], strategies: ['token', 'oauth2'], scopes: [] },
};
const add = async (token: string, scope: 'private' | 'shared' = 'private') =>
  createCredential(deps, await ada(), { name: token, system: 'hub', strategy: 'token', scope, fields: { token } });
async function open(principal: Principal): Promise<string | undefined> {
  const { decision, credential } = await resolver.plan(principal, tool);
  if (decision !== 'use' || credential === undefined) return decision;
  return (await resolver.open(principal, credential.id)).account['token'];
}

describe('what is remembered', () => {
  test('the second call asks no database and waits for nothing', async () => {
    await add('abc');
    const principal = await ada();
    expect(await open(principal)).toBe('abc');
    const before = questions;
    const plan = resolver.plan(principal, tool);
    expect(plan).not.toBeInstanceOf(Promise);
    expect(resolver.plan(principal, tool)).toBe(plan);
    const { credential } = await plan;
    expect(resolver.open(principal, credential?.id ?? '')).toMatchObject({ account: { token: 'abc' }, version: '1' });
    expect(questions).toBe(before);
  });

  test('a tool that needs nothing asks nothing at all', async () => {
    const before = questions;
    const principal = { ...(await ada()), credential_epoch: '999999' };
    expect(resolver.plan(principal, { name: 'plain' })).toMatchObject({ decision: 'none', rule: 'nothing_needed' });
    expect(questions).toBe(before + 1);
  });

  test('many calls at once read once', async () => {
    await add('abc');
    const principal = await ada();
    const before = questions;
    const plans = await Promise.all(Array.from({ length: 20 }, async () => resolver.plan(principal, tool)));
    expect(new Set(plans).size).toBe(1);
    expect(questions).toBe(before + 1);
  });

  test('counts until the epoch has grown; a principal of yesterday is served what is newer', async () => {
    verifies('CRD-04');
    await add('abc');
    const old = await ada();
    expect(await open(old)).toBe('abc');
    const second = await add('def');
    expect(await open(old)).toBe('abc');
    const now = await ada();
    expect(await open(now)).toBe('choose');
    expect(await open(old)).toBe('choose');
    await updateCredential(deps, now, { id: second.id, change: { name: 'other' } });
    expect((await resolver.plan(await ada(), tool)).candidates.map(({ name }) => name)).toEqual(['abc', 'other']);
  });

  test('new secrets are used as soon as the change is known', async () => {
    const { id } = await add('abc');
    expect(await open(await ada())).toBe('abc');
    await updateCredential(deps, await ada(), { id, change: { fields: { token: 'new' } } });
    expect(await open(await ada())).toBe('new');
  });

  test('nothing of a credential that is not the person’s is opened, whatever plan names it', async () => {
    verifies('CRD-01');
    const { id } = await add('abc');
    const principal = await ada();
    const eve = { ...principal, user_id: randomIds.uuid() };
    await expect(async () => resolver.open(eve, id)).rejects.toMatchObject({ code: 'credential_refused' });
    expect(await open(principal)).toBe('abc');
    await expect(async () => resolver.open(eve, id)).rejects.toMatchObject({ code: 'credential_refused' });
    const elsewhere = { ...principal, tenant_id: (await addTenant(store, 'other')).tenant_id };
    await expect(async () => resolver.open(elsewhere, id)).rejects.toMatchObject({ code: 'credential_refused' });
  });
});

describe('grants of OAuth', () => {
  const connect = async () => addGrant(office, { tenant, tokens: await provider.connect() });

  test('the access token is given as `token`, and nothing else of the grant', async () => {
    const id = await connect();
    const principal = await ada();
    const { account } = await resolver.open(principal, id);
    expect(Object.keys(account)).toEqual(['token']);
    expect(await open(principal)).toBe(account['token']);
  });

  test('a token that has ended is renewed first, once for many calls', async () => {
    const id = await connect();
    const before = (await resolver.open(await ada(), id)).account['token'];
    ahead_ms = 601_000;
    const principal = await ada();
    const opened = await Promise.all(Array.from({ length: 10 }, async () => resolver.open(principal, id)));
    const tokens = new Set(opened.map(({ account }) => account['token']));
    expect(tokens.size).toBe(1);
    expect(tokens.has(before)).toBe(false);
  });

  test('a refused token is renewed once; what a renewal cannot help is given up', async () => {
    const id = await connect();
    const principal = await ada();
    const refused = await resolver.open(principal, id);
    ahead_ms = 60_000;
    const renewed = await resolver.renew(principal, refused);
    expect(renewed?.version).not.toBe(refused.version);
    expect(renewed?.account['token']).not.toBe(refused.account['token']);
    // Another call that met the same refusal is given what is there already.
    expect(await resolver.renew(principal, refused)).toEqual(renewed);
  });
});
