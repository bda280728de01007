// The OAuth of a server: the definitions of providers, our registrations of the configuration, and what talks to providers.
import { fileURLToPath } from 'node:url';
import type { Clock } from './base/clock.ts';
import type { Environment } from './base/config.ts';
import { ToolcribError } from './base/errors.ts';
import type { Fault } from './base/errors.ts';
import { guardedFetch } from './base/guarded-fetch.ts';
import type { Ids } from './base/ids.ts';
import { limits } from './base/limits.ts';
import type { Log } from './base/log.ts';
import { nearHint } from './base/nearest-names.ts';
import type { TenantHttp } from './base/tenant-http.ts';
import type { Config } from './base/settings.ts';
import { loadProviders } from './catalog/load-providers.ts';
import { createProviderFinder } from './credentials/oauth/clients.ts';
import { createProviderEndpoint } from './credentials/oauth/endpoint.ts';
import type { FlowDeps } from './credentials/oauth/flow.ts';
import type { Provider, Providers } from './credentials/oauth/provider.ts';
import { checkOptions } from './credentials/oauth/provider-urls.ts';
import type { Vault } from './credentials/vault/vault.ts';
import type { Store } from './store/store.ts';

export type Oauth = Omit<FlowDeps, 'forgetIdentities'>;

interface Parts {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly tenant_http: TenantHttp;
  /** Of the server, of the operator and of packs. */
  readonly providers: Providers;
}

const own_folder = fileURLToPath(new URL('../providers/', import.meta.url));

/** The definitions of this server and of the operator. Throws `config_invalid`. */
export function openProviders(
  environment: Environment,
  { oauth_providers }: Pick<Config, 'oauth_providers'>,
): Promise<Map<string, Provider>> {
  return loadProviders({ paths: [own_folder, ...oauth_providers], environment });
}

/** Throws `config_invalid`. */
export function openOauth(
  { tenant_http, providers, ...parts }: Parts,
  { oauth_clients }: Pick<Config, 'oauth_clients'>,
): Oauth {
  requireKnown(providers, oauth_clients);
  const endpoint = createProviderEndpoint({
    fetchFor: (tenant_id) => guardedFetch(tenant_http.of(tenant_id), { timeout_ms: limits.provider_request_ms }),
    clock: parts.clock,
  });
  const clients = { ...parts, providers, global_clients: oauth_clients };
  return { ...clients, endpoint, providerAt: createProviderFinder(clients) };
}

function requireKnown(providers: Providers, clients: Config['oauth_clients']): void {
  const names = [...providers.values()].flatMap((one) => (one.oauth === undefined ? [] : [one.name]));
  const faults = clients.flatMap(({ provider: name, options }, index): readonly Fault[] => {
    const path = `oauth.clients[${index}]`;
    const provider = providers.get(name);
    if (provider?.oauth === undefined) {
      return [{ path: `${path}.provider`, message: `There is no provider "${name}"`, hint: nearHint(name, names) }];
    }
    if (clients.findIndex((other) => other.provider === name) < index) {
      return [{ path, message: `There are two clients for "${name}"`, hint: 'Tenants can have clients of their own' }];
    }
    return optionFaults(() =>
      checkOptions(provider, options, { of: 'client', path: `${path}.options`, complete: true }),
    );
  });
  if (faults.length > 0) throw new ToolcribError('config_invalid', { params: { count: faults.length }, faults });
}

function optionFaults(check: () => void): readonly Fault[] {
  try {
    check();
    return [];
  } catch (thrown) {
    if (thrown instanceof ToolcribError) return thrown.faults;
    throw thrown;
  }
}
