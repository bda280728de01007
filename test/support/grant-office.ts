// Our own parts that keep and end grants, put together on a real store, vault and provider, without a server around them.
import { systemClock } from '../../server/src/base/clock.ts';
import type { Clock } from '../../server/src/base/clock.ts';
import { guardedFetch } from '../../server/src/base/guarded-fetch.ts';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import type { EndDeps } from '../../server/src/credentials/oauth/end-grant.ts';
import { createProviderEndpoint } from '../../server/src/credentials/oauth/endpoint.ts';
import type { GrantBounds, GrantDeps } from '../../server/src/credentials/oauth/grant-deps.ts';
import { providerSchema } from '../../server/src/credentials/oauth/provider.ts';
import type { Provider } from '../../server/src/credentials/oauth/provider.ts';
import { createGrantKeeper } from '../../server/src/credentials/oauth/refresh.ts';
import type { GrantKeeper } from '../../server/src/credentials/oauth/refresh.ts';
import { createVault } from '../../server/src/credentials/vault/create-vault.ts';
import { openLocalMasterKeys } from '../../server/src/credentials/vault/local-master-keys.ts';
import { parseMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import { readSecrets, writeSecrets } from '../../server/src/credentials/vault/secrets.ts';
import type { Store } from '../../server/src/store/store.ts';
import type { OauthProvider, OauthTokens } from './oauth-provider.ts';
import type { TestTenant } from './stores.ts';

/** What another process needs to know of the test provider. */
export interface ProviderFacts {
  readonly issuer: string;
  readonly endpoints: Pick<OauthProvider['endpoints'], 'authorization' | 'token' | 'userinfo' | 'revocation'>;
  readonly client_id: string;
  readonly client_secret: string;
}

export interface GrantOfficeOptions {
  readonly store: Store;
  /** Text of the master key (`makeMasterKey`). */
  readonly vault_key: string;
  readonly provider: ProviderFacts;
  readonly clock?: Clock;
  readonly bounds?: Partial<GrantBounds>;
  /** Changes the definition of the provider. */
  readonly definition?: (provider: Provider) => Provider;
}

export interface GrantOffice {
  readonly deps: GrantDeps;
  /** For ending grants. */
  readonly ender: EndDeps;
  readonly keeper: GrantKeeper;
  /** Another keeper, as of another process with the same database. */
  another(options?: Partial<GrantDeps>): GrantKeeper;
  /** What the resolver reads for a call: the access token that is stored. */
  tokenOf(tenant_id: string, credential_id: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export async function openGrantOffice(options: GrantOfficeOptions): Promise<GrantOffice> {
  const { store, vault_key, provider, clock = systemClock, bounds = {} } = options;
  const log = createLog({ level: 'silent' });
  const master = await openLocalMasterKeys({
    read: () => Promise.resolve([parseMasterKey(vault_key, 'the key')]),
    log,
  });
  const vault = createVault({ store, clock, ids: randomIds, log, master });
  const http = createHttpClient({ allowed_private: ['127.0.0.1', 'localhost'] });
  const endpoint = createProviderEndpoint({ fetchFor: () => guardedFetch(http, { timeout_ms: 10_000 }), clock });
  const { client_id, client_secret } = provider;
  const defined = definitionOf(provider);
  const at = {
    tenant_id: 'any',
    provider: options.definition?.(defined) ?? defined,
    client: { client_id, client_secret, options: {} },
  };
  const deps: GrantDeps = {
    ...{ store, clock, ids: randomIds, log, vault, endpoint, bounds },
    providerAt: async () => at,
  };
  const keepers: GrantKeeper[] = [];
  const another = (more: Partial<GrantDeps> = {}): GrantKeeper => {
    const keeper = createGrantKeeper({ ...deps, ...more });
    keepers.push(keeper);
    return keeper;
  };
  const ender: EndDeps = {
    ...deps,
    providers: new Map([[at.provider.name, at.provider]]),
    global_clients: [{ provider: at.provider.name, ...at.client }],
  };
  return {
    deps,
    ender,
    keeper: another(),
    another,
    tokenOf: async (tenant_id, credential_id) => {
      const tenant_vault = await vault.of(tenant_id);
      const secrets = await store.inTenant(tenant_id, (db) => readSecrets(db, tenant_vault, credential_id));
      return secrets['access_token'];
    },
    close: async () => {
      await Promise.all(keepers.map((keeper) => keeper.close()));
      await http.close();
    },
  };
}

/** Of any of the test providers. */
export function factsOf({ issuer, endpoints, client_id, client_secret }: ProviderFacts): ProviderFacts {
  const { authorization, token, userinfo, revocation } = endpoints;
  return { issuer, endpoints: { authorization, token, userinfo, revocation }, client_id, client_secret };
}

function definitionOf({ issuer, endpoints }: ProviderFacts): Provider {
  return providerSchema.parse({
    name: 'testprovider',
    title: 'The test provider',
    oauth: {
      issuer,
      authorize_url: endpoints.authorization,
      token_url: endpoints.token,
      revoke_url: endpoints.revocation,
      userinfo_url: endpoints.userinfo,
      client_auth: 'basic',
    },
    account: { at: ['/email'] },
    revocation: { by_hand: 'Take the grant back on the page of the test provider.' },
  });
}

export interface NewGrant {
  readonly tenant: TestTenant;
  readonly tokens: OauthTokens;
  readonly name?: string;
  /** Whose; the tenant's owner when absent. */
  readonly user_id?: string;
  /** Milliseconds since 1970; what the tokens say when absent, null for never. */
  readonly expires_at?: number | null;
  readonly scope?: 'private' | 'shared';
  /** When it was saved; now when absent. */
  readonly saved_at?: number;
}

/** A connected credential, as a connect leaves it. */
export async function addGrant({ deps }: GrantOffice, grant: NewGrant): Promise<string> {
  const { tenant, tokens, name = 'my account' } = grant;
  const { tenant_id } = tenant;
  const saved_at = grant.saved_at ?? deps.clock.now();
  const expires_at = grant.expires_at === undefined ? saved_at + tokens.expires_in * 1_000 : grant.expires_at;
  const id = randomIds.uuid();
  const tenant_vault = await deps.vault.of(tenant_id);
  await deps.store.inTenant(tenant_id, async (db) => {
    await db
      .insertInto('credential')
      .values({
        ...{ tenant_id, id, name, system: 'testprovider', strategy: 'oauth2', status: 'ok' },
        scope: grant.scope ?? 'private',
        user_id: grant.user_id ?? tenant.user_id,
        provider: 'testprovider',
        account: 'ada@provider.example',
        granted_scopes: tokens.scope.split(' '),
        expires_at: expires_at === null ? null : new Date(expires_at),
        created_at: new Date(saved_at),
        updated_at: new Date(saved_at),
      })
      .execute();
    const { access_token, refresh_token } = tokens;
    await writeSecrets(db, tenant_vault, {
      record_id: id,
      fields: {
        access_token,
        ...(refresh_token === undefined ? {} : { refresh_token }),
      },
    });
  });
  return id;
}
