// GET /v1/providers: where accounts can come from, in which ways, and whether connecting by OAuth would work now.
import type { Provider as OnWire, ProviderList } from '@toolcrib/client';
import { z } from 'zod';
import { callbackPath, chooseClient } from '../../credentials/oauth/choose-client.ts';
import { readClients } from '../../credentials/oauth/clients.ts';
import { systemOf } from '../../credentials/oauth/provider.ts';
import type { OauthOfProvider, Provider } from '../../credentials/oauth/provider.ts';
import { providerOnWire } from './oauth-schemas.ts';
import type { Operation } from './operation.ts';

export const listProviders: Operation<unknown, unknown, ProviderList> = {
  id: 'listProviders',
  method: 'GET',
  path: '/v1/providers',
  summary: 'List the providers whose accounts can be connected',
  guard: { kind: 'permission', permission: 'credentials.use' },
  audit: { kind: 'none', reason: 'the definitions are the same for everybody' },
  params: {},
  output: z.object({ providers: z.array(providerOnWire) }),
  errors: [],
  handle: async ({ principal, exchange }, { oauth, store, addresses }) => {
    const { tenant_id, user_id } = principal;
    const registered = await store.inTenant(tenant_id, (db) => readClients(db, principal));
    const global = oauth.global_clients;
    const all = [...oauth.providers.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return {
      providers: all.map((provider) => {
        const { name } = provider;
        const ready = chooseClient({ provider: name, user_id, registered, global }) !== undefined;
        const redirect_uri = addresses.urlFor(exchange.request.headers.host, callbackPath(name));
        return toWire(provider, { ready, redirect_uri });
      }),
    };
  },
};

type Connecting = Pick<NonNullable<OnWire['oauth']>, 'ready' | 'redirect_uri'>;

function toWire(provider: Provider, connecting: Connecting): OnWire {
  const { name, title, documentation, oauth } = provider;
  return {
    name,
    title,
    system: systemOf(provider),
    ...(documentation === undefined ? {} : { documentation }),
    options: provider.options.map(({ name: option, title: words, help, default: preset, required, set_by }) => ({
      name: option,
      title: words,
      ...(help === undefined ? {} : { help }),
      ...(preset === undefined ? {} : { default: preset }),
      required,
      set_by,
    })),
    ...(oauth === undefined ? {} : { oauth: oauthToWire(provider, oauth, connecting) }),
    strategies: provider.strategies.map(({ strategy, title: words, help, help_url, fields }) => ({
      strategy,
      title: words,
      ...(help === undefined ? {} : { help }),
      ...(help_url === undefined ? {} : { help_url }),
      fields,
    })),
  };
}

function oauthToWire(
  { register, register_url }: Provider,
  { scopes }: OauthOfProvider,
  connecting: Connecting,
): NonNullable<OnWire['oauth']> {
  return {
    ...connecting,
    scopes,
    ...(register === undefined ? {} : { register }),
    ...(register_url === undefined ? {} : { register_url }),
  };
}
