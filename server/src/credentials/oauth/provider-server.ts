// A provider as the library sees it: its addresses, from the definition or from its own metadata, with our registration.
import type { Configuration, ServerMetadata } from 'openid-client';
import type { Clock } from '../../base/clock.ts';
import type { GuardedFetch } from '../../base/guarded-fetch.ts';
import { limits } from '../../base/limits.ts';
import { basicCredentials } from './basic-credentials.ts';
import { ProviderError } from './provider-problem.ts';
import type { Provider } from './provider.ts';
import { fillAddress, fillText } from './provider-urls.ts';
import type { Options } from './provider-urls.ts';
import { toProviderError } from './to-provider-error.ts';

/** A registration of ours, with everything that the definition leaves open. */
export interface OauthClient {
  readonly client_id: string;
  /** Undefined: a public client. */
  readonly client_secret?: string | undefined;
  /** Of the registration and of the person together (`pickOptions`). */
  readonly options: Options;
}

export interface ProviderAt {
  /** On whose behalf it is asked: every tenant has connections of its own. */
  readonly tenant_id: string;
  readonly provider: Provider;
  readonly client: OauthClient;
}

export interface ServerDeps {
  /** The guarded client of a tenant in the form of fetch. */
  readonly fetchFor: (tenant_id: string) => GuardedFetch;
  readonly clock: Clock;
}

export interface ProviderServers {
  /** Addresses and issuer. Reads the metadata of a provider with discovery, at most once in a while. */
  metadata(at: ProviderAt): Promise<ProviderMetadata>;
}

export interface ProviderMetadata extends ServerMetadata {
  /** False: nobody knows the issuer, so there is nothing to compare `iss` with. */
  readonly issuer_known: boolean;
}

/** What is kept here is public and the same for everybody: metadata by the issuer they were read from. */
export function createProviderServers({ fetchFor, clock }: ServerDeps): ProviderServers {
  const known = new Map<string, { readonly at: number; readonly metadata: ServerMetadata }>();
  const discover = async (at: ProviderAt, issuer: string, any_metadata: boolean): Promise<ServerMetadata> => {
    const now = clock.monotonic();
    const kept = known.get(issuer);
    if (kept !== undefined && now - kept.at < limits.provider_metadata_ms) return kept.metadata;
    const library = await import('openid-client');
    try {
      const discoverBy = async (algorithm: 'oidc' | 'oauth2') =>
        library.discovery(new URL(issuer), 'discovery', undefined, library.None(), {
          [library.customFetch]: fetchFor(at.tenant_id),
          algorithm,
          // oxlint-disable-next-line typescript/no-deprecated -- only where the definition says http, which it may on this machine
          execute: isPlain(issuer) ? [library.allowInsecureRequests] : [],
        });
      const found = await (any_metadata
        ? discoverBy('oauth2').catch(async () => discoverBy('oidc'))
        : discoverBy('oidc'));
      const metadata = found.serverMetadata();
      known.delete(issuer);
      known.set(issuer, { at: now, metadata });
      for (const oldest of known.keys()) if (known.size > limits.provider_metadata) known.delete(oldest);
      return metadata;
    } catch (thrown) {
      throw toProviderError(at.provider.name, thrown);
    }
  };
  return {
    metadata: async (at) => {
      const { name, oauth } = at.provider;
      const { options } = at.client;
      if (oauth === undefined) throw new TypeError(`The provider ${name} has no OAuth`);
      const issuer = fillAddress(oauth.issuer, options);
      if (oauth.discovery && issuer === undefined) throw new ProviderError(name, 'malformed');
      const found =
        oauth.discovery && issuer !== undefined ? await discover(at, issuer, oauth.any_metadata) : undefined;
      const own = {
        authorization_endpoint: fillAddress(oauth.authorize_url, options),
        token_endpoint: fillAddress(oauth.token_url, options),
        device_authorization_endpoint: fillAddress(oauth.device_url, options),
        revocation_endpoint: fillAddress(oauth.revoke_url, options),
        userinfo_endpoint: fillAddress(oauth.userinfo_url, options),
      };
      return {
        ...found,
        ...Object.fromEntries(Object.entries(own).filter(([, url]) => url !== undefined)),
        issuer: found?.issuer ?? issuer ?? `https://${name}.invalid`,
        issuer_known: issuer !== undefined,
        authorization_response_iss_parameter_supported:
          oauth.iss_required || found?.authorization_response_iss_parameter_supported === true,
      };
    },
  };
}

/** The library's own object, for one exchange. */
export async function configure(
  { provider, client }: ProviderAt,
  metadata: ProviderMetadata,
  fetch: GuardedFetch,
): Promise<Configuration> {
  const library = await import('openid-client');
  const { client_id, client_secret } = client;
  const { issuer_known: _own, ...server } = metadata;
  const configuration = new library.Configuration(
    server,
    client_id,
    undefined,
    client_secret === undefined
      ? library.None()
      : provider.oauth?.client_auth === 'basic'
        ? (_server, _client, _body, headers) => headers.set('authorization', basicCredentials(client_id, client_secret))
        : library.ClientSecretPost(client_secret),
  );
  // oxlint-disable-next-line typescript/no-deprecated -- only where the definition says http, which it may on this machine
  if (isPlain(metadata.token_endpoint)) library.allowInsecureRequests(configuration);
  configuration[library.customFetch] = fetch;
  return configuration;
}

function isPlain(url: string | undefined): boolean {
  return url?.startsWith('http:') === true;
}

/** The further parameters of the authorization request. */
export function authorizeParameters(at: ProviderAt): Options {
  const { provider, client } = at;
  const { authorize_parameters = {} } = provider.oauth ?? {};
  const own = Object.entries(authorize_parameters).map(
    ([name, text]) => [name, fillText(text, client.options)] as const,
  );
  return { ...Object.fromEntries(own), ...resourceParameter(at) };
}

/** RFC 8707: every request for a token says what it is for. */
export function resourceParameter({ provider, client }: ProviderAt): Options {
  const { resource } = provider.oauth ?? {};
  return resource === undefined ? {} : { resource: fillText(resource, client.options) };
}
