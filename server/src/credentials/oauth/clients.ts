// Our registrations at providers: those of a tenant in its table, their secrets in the vault; those of the configuration as they
// are. Nothing is remembered between two uses.
import type { Selectable } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { ToolcribError } from '../../base/errors.ts';
import type { Ids } from '../../base/ids.ts';
import { nearHint } from '../../base/nearest-names.ts';
import { limits } from '../../base/limits.ts';
import { recordChange } from '../../ledger/changes.ts';
import type { Actor } from '../../ledger/changes.ts';
import type { OauthClientTable } from '../../store/schema.ts';
import type { Database } from '../../store/scope.ts';
import type { Store } from '../../store/store.ts';
import { readSecrets, writeSecrets } from '../vault/secrets.ts';
import type { Vault } from '../vault/vault.ts';
import type { GlobalClient, RegisteredClient } from './choose-client.ts';
import type { OauthClient, ProviderAt } from './endpoint.ts';
import type { FindProvider } from './grant-deps.ts';
import type { Provider, Providers } from './provider.ts';
import { checkOptions, pickOptions } from './provider-urls.ts';
import type { Options } from './provider-urls.ts';
import { deleteClientSecret } from './take-away.ts';

export interface ClientDeps {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly providers: Providers;
  /** Of the configuration. */
  readonly global_clients: readonly GlobalClient[];
}

export interface NewOauthClient {
  /** Where the address to come back to had to be known before. */
  readonly id?: string;
  readonly tenant_id: string;
  readonly provider: string;
  readonly name: string;
  readonly client_id: string;
  readonly client_secret?: string | undefined;
  readonly options: Options;
  /** Null: the tenant's. */
  readonly user_id: string | null;
}

/** The provider of this name that has OAuth. Throws `body_invalid`. */
export function oauthProvider(providers: Providers, name: string): Provider {
  const provider = providers.get(name);
  if (provider?.oauth !== undefined) return provider;
  const known = [...providers.values()].flatMap((one) => (one.oauth === undefined ? [] : [one.name]));
  throw new ToolcribError('body_invalid', {
    params: { problem: 'there is no such provider' },
    faults: [{ path: 'body.provider', message: 'is no provider with OAuth', hint: nearHint(name, known) }],
  });
}

/** Throws `body_invalid`, `conflict`. */
export async function registerClient(
  deps: ClientDeps,
  actor: Actor,
  { id = deps.ids.uuid(), tenant_id, provider: name, client_secret, ...given }: NewOauthClient,
): Promise<RegisteredClient> {
  const { store, vault, clock } = deps;
  const provider = oauthProvider(deps.providers, name);
  checkOptions(provider, given.options, { of: 'client', path: 'body.options', complete: true });
  const tenant_vault = await vault.of(tenant_id);
  const row = { tenant_id, id, provider: name, ...given, created_at: new Date(clock.now()) };
  await store.inTenant(tenant_id, async (db) => {
    const most = given.user_id === null ? limits.oauth_clients : limits.oauth_clients_per_person;
    const before = await db
      .selectFrom('oauth_client')
      .select('id')
      .where('tenant_id', '=', tenant_id)
      .where('user_id', 'is not distinct from', given.user_id)
      .execute();
    if (before.length >= most) {
      throw new ToolcribError('conflict', { params: { problem: `There are ${most} OAuth clients already` } });
    }
    const { numInsertedOrUpdatedRows: inserted } = await db
      .insertInto('oauth_client')
      .values(row)
      .onConflict((conflict) => conflict.columns(['tenant_id', 'provider', 'name']).doNothing())
      .executeTakeFirst();
    if (inserted === 0n) {
      throw new ToolcribError('conflict', {
        params: { problem: 'There is a client of this name for the provider already' },
      });
    }
    if (client_secret !== undefined)
      await writeSecrets(db, tenant_vault, { record_id: row.id, fields: { client_secret } });
    await recordChange(db, deps, { tenant_id, actor, action: 'oauth-client-created', target_id: row.id });
  });
  return toClient(row);
}

/** Whose clients: of the tenant and one's own, or only one's own. */
export interface ClientOwner {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly and_of_tenant: boolean;
}

export async function listClients(
  { store }: Pick<ClientDeps, 'store'>,
  { tenant_id, user_id, and_of_tenant }: ClientOwner,
): Promise<readonly RegisteredClient[]> {
  const all = await store.inTenant(tenant_id, (db) => readClients(db, { tenant_id, user_id }));
  return all.filter((client) => and_of_tenant || client.user_id !== null);
}

/** Throws `not_found`, and `conflict` while accounts are connected with it. */
export async function removeClient(
  deps: ClientDeps,
  actor: Actor,
  { tenant_id, user_id, and_of_tenant, id }: ClientOwner & { readonly id: string },
): Promise<void> {
  await deps.store.inTenant(tenant_id, async (db) => {
    const found = await db
      .selectFrom('oauth_client')
      .select('user_id')
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    const is_theirs = found !== undefined && (found.user_id === null ? and_of_tenant : found.user_id === user_id);
    if (!is_theirs) throw new ToolcribError('not_found');
    const used = await db
      .selectFrom('credential')
      .select('id')
      .where('tenant_id', '=', tenant_id)
      .where('oauth_client_id', '=', id)
      .execute();
    if (used.length > 0) {
      const problem = `${used.length} account(s) are connected with it and could be neither renewed nor revoked without it`;
      throw new ToolcribError('conflict', { params: { problem } });
    }
    await db.deleteFrom('oauth_client').where('tenant_id', '=', tenant_id).where('id', '=', id).execute();
    await deleteClientSecret(db, tenant_id, id);
    await recordChange(db, deps, { tenant_id, actor, action: 'oauth-client-deleted', target_id: id });
  });
}

/** The registrations of the tenant and of this person, in the caller's transaction. */
export async function readClients(
  db: Database,
  { tenant_id, user_id }: Pick<ClientOwner, 'tenant_id' | 'user_id'>,
): Promise<readonly RegisteredClient[]> {
  const rows = await db
    .selectFrom('oauth_client')
    .selectAll()
    .where('tenant_id', '=', tenant_id)
    .where((either) => either.or([either('user_id', 'is', null), either('user_id', '=', user_id)]))
    .orderBy('id')
    .execute();
  return rows.map(toClient);
}

function toClient(row: Pick<Selectable<OauthClientTable>, keyof RegisteredClient>): RegisteredClient {
  const { id, provider, name, client_id, options, user_id, created_at } = row;
  return { id, provider, name, client_id, options, user_id, created_at: created_at.getTime() };
}

/** How the provider of a grant is talked to, with the secret of the registration that the grant was made with. */
export function createProviderFinder(deps: ClientDeps): FindProvider {
  return async (tenant_id, grant) => {
    const provider = deps.providers.get(grant.provider ?? '');
    if (provider?.oauth === undefined) return undefined;
    const client = await clientOf(deps, tenant_id, { ...grant, provider: provider.name });
    return client && toProviderAt({ tenant_id, provider, client }, grant.options);
  };
}

/** The provider with a registration, and with what the person has picked where the registration leaves it open. */
export function toProviderAt(at: ProviderAt, person: Options): ProviderAt {
  const { provider, client } = at;
  return { ...at, client: { ...client, options: pickOptions(provider, { client: client.options, person }) } };
}

async function clientOf(
  { store, vault, global_clients }: ClientDeps,
  tenant_id: string,
  { provider, oauth_client_id: id }: { readonly provider: string; readonly oauth_client_id: string | null },
): Promise<OauthClient | undefined> {
  if (id === null) return global_clients.find((client) => client.provider === provider);
  const tenant_vault = await vault.of(tenant_id);
  return store.inTenant(tenant_id, async (db) => {
    const found = await db
      .selectFrom('oauth_client')
      .select(['client_id', 'options'])
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .where('provider', '=', provider)
      .executeTakeFirst();
    if (found === undefined) return undefined;
    const { client_secret } = await readSecrets(db, tenant_vault, id);
    return { ...found, client_secret };
  });
}
