// What a person wants to connect, held against what may be: provider, registration, scopes, the credential that is connected
// again. The code flow and the device flow begin alike.
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Database } from '../../store/scope.ts';
import { readSecrets } from '../vault/secrets.ts';
import type { TenantVault } from '../vault/vault.ts';
import { refuseTooMany } from '../refuse-too-many.ts';
import { chooseClient } from './choose-client.ts';
import type { ChosenClient } from './choose-client.ts';
import { oauthProvider, readClients, toProviderAt } from './clients.ts';
import type { ClientDeps } from './clients.ts';
import type { OauthClient, ProviderAt } from './endpoint.ts';
import type { Provider } from './provider.ts';
import { systemWith } from './provider.ts';
import { checkOptions } from './provider-urls.ts';
import type { Options } from './provider-urls.ts';

export interface WantedConnection {
  readonly provider: string;
  /** Of the credential; by default the provider's title. */
  readonly name?: string | undefined;
  readonly scope: 'private' | 'shared';
  /** Beside those that are always asked for; undefined: the usual ones. */
  readonly scopes?: readonly string[] | undefined;
  /** What the provider's definition lets a person pick. */
  readonly options: Options;
  /** A registration for this credential alone, or of the tenant. */
  readonly oauth_client_id?: string | undefined;
  /** The credential that is connected again. */
  readonly credential_id?: string | undefined;
  /** What asked for it. */
  readonly interaction_id?: string | undefined;
}

export interface PreparedConnection {
  readonly provider: Provider;
  readonly chosen: ChosenClient;
  readonly at: ProviderAt;
  readonly name: string;
  /** Set when the person has said one: another name makes another credential. */
  readonly is_named: boolean;
  readonly system: string;
  readonly scope: 'private' | 'shared';
  readonly scopes: readonly string[];
  /** Of the person alone. */
  readonly options: Options;
  readonly credential_id: string | null;
  readonly interaction_id: string | null;
}

/** Throws `body_invalid`, `not_found`, `conflict`, `forbidden`. */
export async function prepareConnection(
  deps: ClientDeps,
  principal: Principal,
  wanted: WantedConnection,
): Promise<PreparedConnection> {
  const { tenant_id, user_id } = principal;
  const provider = oauthProvider(deps.providers, wanted.provider);
  const vault = await deps.vault.of(tenant_id);
  const found = await deps.store.inTenant(tenant_id, async (db) => {
    const again = await readAgain(db, principal, wanted);
    if (again === undefined) await refuseTooMany(db, principal);
    const needed = await readNeededScopes(db, principal, wanted.interaction_id);
    const registered = await readClients(db, principal);
    const own = wanted.oauth_client_id ?? again?.oauth_client_id ?? undefined;
    const chosen = chooseClient({ provider: provider.name, user_id, own, registered, global: deps.global_clients });
    if (chosen === undefined) throw noClient(provider);
    return { again, needed, chosen, client: await withSecret(db, vault, chosen) };
  });
  const { again, chosen, client } = found;
  requireSameServer(provider, again?.system, client.options);
  const scope = again?.scope ?? wanted.scope;
  if (scope === 'shared' && !principal.permissions.has('credentials.share')) {
    throw new ToolcribError('forbidden', { params: { permission: 'credentials.share' } });
  }
  const options = withoutPinned({ ...again?.options, ...wanted.options }, client.options);
  checkOptions(provider, options, { of: 'person', path: 'options', complete: true });
  return {
    provider,
    chosen,
    at: toProviderAt({ tenant_id, provider, client }, options),
    name: again?.name ?? wanted.name ?? provider.title,
    is_named: wanted.name !== undefined,
    system: again?.system ?? systemWith(provider, client.options),
    scope,
    scopes: scopesOf(
      provider,
      wanted.scopes ?? again?.granted_scopes ?? optionScopes(provider, client.options),
      found.needed,
    ),
    options,
    credential_id: wanted.credential_id ?? null,
    interaction_id: wanted.interaction_id ?? null,
  };
}

/**
 * Where the registration says whose accounts it makes, an account of one server must not become what another one has granted:
 * calls would bring its token there, or be made with an account of whoever has the other (attack A04).
 */
function requireSameServer(provider: Provider, system: string | undefined, client: Options): void {
  if (system === undefined || provider.system_option === undefined || systemWith(provider, client) === system) return;
  throw new ToolcribError('conflict', {
    params: { problem: 'The credential was connected at another server than this OAuth client is for' },
  });
}

/** What the registration has said is not the person's to say: it is left out, not refused. */
function withoutPinned(options: Options, pinned: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([name]) => pinned[name] === undefined));
}

/** The credential that is connected again: only by its owner. */
async function readAgain(db: Database, { tenant_id, user_id }: Principal, wanted: WantedConnection) {
  if (wanted.credential_id === undefined) return undefined;
  const found = await db
    .selectFrom('credential')
    .select(['name', 'system', 'scope', 'strategy', 'provider', 'oauth_client_id', 'options', 'granted_scopes'])
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', wanted.credential_id)
    .where('user_id', '=', user_id)
    .executeTakeFirst();
  if (found === undefined) throw new ToolcribError('not_found');
  if (found.strategy === 'oauth2' && found.provider === wanted.provider) return found;
  throw new ToolcribError('conflict', { params: { problem: 'The credential was not connected with this provider' } });
}

/** The scopes that the call behind an interaction needs. Throws `not_found` for what is not this person's, or over. */
async function readNeededScopes(
  db: Database,
  { tenant_id, user_id }: Principal,
  interaction_id: string | undefined,
): Promise<readonly string[]> {
  if (interaction_id === undefined) return [];
  const found = await db
    .selectFrom('interaction')
    .select('details')
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', interaction_id)
    .where('user_id', '=', user_id)
    .where('kind', '=', 'connect')
    .where('status', '=', 'pending')
    .executeTakeFirst();
  if (found === undefined) throw new ToolcribError('not_found');
  const { scopes } = found.details;
  return Array.isArray(scopes) ? scopes.filter((one) => typeof one === 'string') : [];
}

async function withSecret(db: Database, vault: TenantVault, chosen: ChosenClient): Promise<OauthClient> {
  if (chosen.kind === 'global') return chosen.client;
  const { client_id, options, id } = chosen.client;
  const { client_secret } = await readSecrets(db, vault, id);
  return { client_id, client_secret, options };
}

function noClient({ title }: Provider): ToolcribError {
  return new ToolcribError('conflict', {
    params: { problem: `This server has no OAuth client for ${title}: an admin adds one, or you name one of your own` },
  });
}

/** The usual ones of this registration. */
function optionScopes({ oauth }: Provider, options: Options): readonly string[] | undefined {
  const text = oauth?.scopes_option === undefined ? undefined : options[oauth.scopes_option];
  return text === undefined || text === '' ? undefined : text.split(',');
}

/** Those that are always asked for, those that are needed, and those that were picked. */
function scopesOf(
  { oauth }: Provider,
  picked: readonly string[] | undefined,
  needed: readonly string[],
): readonly string[] {
  const known = oauth?.scopes ?? [];
  const usual = known.filter((one) => one.default).map(({ name }) => name);
  const always = known.filter((one) => one.always).map(({ name }) => name);
  const scopes = [...new Set([...always, ...(picked ?? usual), ...needed])];
  const unknown = scopes.filter((scope) => !known.some(({ name }) => name === scope));
  const wrong = oauth?.other_scopes === true ? unknown.filter((scope) => !isScope(scope)) : unknown;
  if (wrong.length > 0 || scopes.length > limits.oauth_scopes) {
    const faults = wrong
      .slice(0, limits.faults)
      .map(() => ({ path: 'scopes', message: 'holds what is no scope here' }));
    throw new ToolcribError('body_invalid', { params: { problem: 'its scopes cannot be asked for' }, faults });
  }
  return scopes;
}

/** RFC 6749 §3.3, and no comma: some providers separate with it. */
function isScope(text: string): boolean {
  return /^[\u0021\u0023-\u002B\u002D-\u005B\u005D-\u007E]{1,200}$/.test(text);
}
