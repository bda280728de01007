// Everything that is said to a provider. Knows no database and no browser, and of a tenant only whose connections are used.
// Every function throws ProviderError (branch on its `problem`), or `address_refused`.
import type * as openid from 'openid-client';
import { ToolcribError } from '../../base/errors.ts';
import type { GuardedFetch } from '../../base/guarded-fetch.ts';
import { sendDescribed } from './described-request.ts';
import type { DescribedAnswer, RequestValues } from './described-request.ts';
import { textAt } from './json-pointer.ts';
import { ProviderError } from './provider-problem.ts';
import type { DescribedRequest, OauthOfProvider } from './provider.ts';
import { authorizeParameters, configure, createProviderServers, resourceParameter } from './provider-server.ts';
import type { ProviderAt, ProviderMetadata, ProviderServers, ServerDeps } from './provider-server.ts';
import { toProviderError } from './to-provider-error.ts';
import { readTokenAnswer } from './token-answer.ts';

export type { OauthClient, ProviderAt } from './provider-server.ts';

/** What a provider has given. All texts but `scopes` are secret, `account` is not. */
export interface Grant {
  readonly access_token: string;
  /** Absent: the provider gave none; of a refresh: the one before still counts. */
  readonly refresh_token?: string;
  /** Milliseconds since 1970; null: the provider did not say. */
  readonly expires_at: number | null;
  /** Null: the provider did not say, so they are those that were asked for (RFC 6749 §5.1). */
  readonly scopes: readonly string[] | null;
  /** Who it is, where the answer of the token says so. */
  readonly account: string | null;
  /** Further texts of the definition's `token_answer.fields`. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface WantedAuthorization {
  readonly redirect_uri: string;
  readonly state: string;
  readonly scopes: readonly string[];
  /** PKCE verifier; undefined where the provider takes none. */
  readonly code_verifier: string | undefined;
  /** For providers of OpenID Connect. */
  readonly nonce: string | undefined;
}

export interface ReturnedCode extends Omit<WantedAuthorization, 'scopes'> {
  /** The query that the browser came back with. */
  readonly query: URLSearchParams;
}

export interface DeviceStart {
  /** Secret. */
  readonly device_code: string;
  /** For the person to enter at `verification_uri`. */
  readonly user_code: string;
  readonly verification_uri: string;
  /** The same with the code in it. */
  readonly verification_uri_complete: string | undefined;
  readonly interval_ms: number;
  readonly expires_at: number;
}

export type DevicePoll =
  | { readonly kind: 'granted'; readonly grant: Grant }
  /** Not yet; `slow_down`: ask five seconds less often from now on (RFC 8628 §3.5). */
  | { readonly kind: 'waiting'; readonly slow_down: boolean };

/** `access_token` and, where there is one, `refresh_token`. */
export interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string | undefined;
}

export interface ProviderEndpoint {
  /** Where the person agrees; on the provider's own pages. */
  authorizationUrl(at: ProviderAt, wanted: WantedAuthorization): Promise<URL>;
  /** Checks `iss` and `state`, then gives the code away: it is never to be sent twice. */
  exchangeCode(at: ProviderAt, returned: ReturnedCode): Promise<Grant>;
  /** A new access token. `invalid_grant`: the person must connect again. */
  refreshGrant(at: ProviderAt, refresh_token: string): Promise<Grant>;
  /** Asks for the end of the grant. `impossible`: the provider has no way to be asked. */
  revokeToken(at: ProviderAt, tokens: Tokens): Promise<'asked' | 'impossible'>;
  /** Whether the provider takes the access token now; undefined: it cannot be asked, or did not say. Never throws. */
  isAlive(at: ProviderAt, access_token: string): Promise<boolean | undefined>;
  /** Who it is at the provider; null: it does not tell. */
  accountOf(at: ProviderAt, grant: Pick<Grant, 'access_token' | 'account'>): Promise<string | null>;
  /** Whether there is a device flow: by the definition, or by the metadata. */
  hasDevice(at: ProviderAt): Promise<boolean>;
  startDevice(at: ProviderAt, scopes: readonly string[]): Promise<DeviceStart>;
  /** Asks once. `denied`, `code_expired` end it. */
  pollDevice(at: ProviderAt, device_code: string): Promise<DevicePoll>;
}

export function createProviderEndpoint(deps: ServerDeps): ProviderEndpoint {
  const servers = createProviderServers(deps);
  const context: Context = { ...deps, servers };
  return {
    authorizationUrl: (at, wanted) => authorizationUrl(context, at, wanted),
    exchangeCode: (at, returned) => exchangeCode(context, at, returned),
    refreshGrant: (at, refresh_token) =>
      askForGrant(context, at, async (library, configuration) =>
        library.refreshTokenGrant(configuration, refresh_token, { ...resourceParameter(at) }),
      ),
    revokeToken: (at, tokens) => revokeToken(context, at, tokens),
    isAlive: async (at, access_token) => {
      const answer = await askAbout(context, at, { request: at.provider.alive, access_token }).catch(() => undefined);
      if (answer === undefined) return undefined;
      if (answer.ok) return true;
      return answer.status === 401 || answer.status < 300 ? false : undefined;
    },
    accountOf: (at, grant) => accountOf(context, at, grant),
    hasDevice: async (at) => (await servers.metadata(at)).device_authorization_endpoint !== undefined,
    startDevice: (at, scopes) => startDevice(context, at, scopes),
    pollDevice: (at, device_code) => pollDevice(context, at, device_code),
  };
}

interface Context extends ServerDeps {
  readonly servers: ProviderServers;
}

type Library = typeof openid;
type TokenAnswer = Awaited<ReturnType<Library['refreshTokenGrant']>>;

async function authorizationUrl(context: Context, at: ProviderAt, wanted: WantedAuthorization): Promise<URL> {
  const library = await import('openid-client');
  const metadata = await context.servers.metadata(at);
  if (metadata.authorization_endpoint === undefined) throw new ProviderError(at.provider.name, 'malformed');
  const { scope_parameter, scope_separator } = oauthOf(at);
  const { redirect_uri, state, scopes, code_verifier, nonce } = wanted;
  return library.buildAuthorizationUrl(await configure(at, metadata, fetchOf(context, at)), {
    ...authorizeParameters(at),
    redirect_uri,
    state,
    ...(scopes.length === 0 ? {} : { [scope_parameter]: scopes.join(scope_separator) }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(code_verifier === undefined
      ? {}
      : { code_challenge: await library.calculatePKCECodeChallenge(code_verifier), code_challenge_method: 'S256' }),
  });
}

async function exchangeCode(context: Context, at: ProviderAt, returned: ReturnedCode): Promise<Grant> {
  const { query, redirect_uri, state, code_verifier, nonce } = returned;
  const metadata = await context.servers.metadata(at);
  const answer = new URLSearchParams(query);
  requireIssuer(at, metadata, answer);
  // Nobody knows which issuer it would have to be: what keeps answers apart is the redirect URI, one per registration.
  if (!metadata.issuer_known) answer.delete('iss');
  const url = new URL(redirect_uri);
  url.search = answer.toString();
  const ask = async (library: Library, configuration: openid.Configuration): Promise<TokenAnswer> =>
    library.authorizationCodeGrant(
      configuration,
      url,
      {
        expectedState: state,
        ...(code_verifier === undefined ? {} : { pkceCodeVerifier: code_verifier }),
        ...(nonce === undefined ? {} : { expectedNonce: nonce }),
      },
      { ...resourceParameter(at) },
    );
  return askForGrant(context, at, ask, { keeps_id_token: nonce !== undefined });
}

/** RFC 9207 §2.4, before anything else of the answer is looked at. */
function requireIssuer({ provider }: ProviderAt, metadata: ProviderMetadata, answer: URLSearchParams): void {
  const [iss, ...more] = answer.getAll('iss');
  const is_missing = iss === undefined && metadata.authorization_response_iss_parameter_supported === true;
  const is_other = iss !== undefined && metadata.issuer_known && iss !== metadata.issuer;
  if (is_missing || is_other || more.length > 0) throw new ProviderError(provider.name, 'issuer_mismatch');
}

async function askForGrant(
  context: Context,
  at: ProviderAt,
  ask: (library: Library, configuration: openid.Configuration) => Promise<TokenAnswer>,
  { keeps_id_token = false } = {},
): Promise<Grant> {
  const { provider } = at;
  const oauth = oauthOf(at);
  const metadata = await context.servers.metadata(at);
  let raw: unknown;
  const send = fetchOf(context, at);
  const fetch: GuardedFetch = async (url, options) => {
    const response = await send(url, options);
    if (String(url) !== String(metadata.token_endpoint)) return response;
    const { status, headers } = response;
    const read = readTokenAnswer(oauth, {
      status,
      type: headers.get('content-type') ?? '',
      text: await response.text(),
    });
    if (read === undefined) {
      const cause = new Error(`The token endpoint of ${provider.name} answered ${status} without JSON`);
      throw new ProviderError(provider.name, status >= 500 || status === 429 ? 'unreachable' : 'malformed', cause);
    }
    ({ raw } = read);
    const { id_token, ...rest } = read.plain.body;
    // An ID token is looked at only where it was asked for: elsewhere nothing depends on it.
    return Response.json(keeps_id_token ? { ...rest, id_token } : rest, { status: read.plain.status });
  };
  try {
    const library = await import('openid-client');
    const answer = await ask(library, await configure(at, metadata, fetch));
    return toGrant(at, { answer, raw, now: context.clock.now() });
  } catch (thrown) {
    throw toProviderError(provider.name, thrown);
  }
}

function toGrant(
  at: ProviderAt,
  { answer, raw, now }: { readonly answer: TokenAnswer; readonly raw: unknown; readonly now: number },
): Grant {
  const { access_token, refresh_token, expires_in, scope } = answer;
  const { userinfo_url, discovery, token_answer } = oauthOf(at);
  const { fields } = token_answer;
  const is_asked = at.provider.account?.request !== undefined || userinfo_url !== undefined || discovery;
  const found = Object.entries(fields).map(([name, pointer]) => [name, textAt(raw, pointer)] as const);
  return {
    access_token,
    ...(refresh_token === undefined ? {} : { refresh_token }),
    expires_at: expires_in === undefined ? null : now + expires_in * 1_000,
    scopes: scope === undefined || scope.trim() === '' ? null : scope.trim().split(/[ ,]+/),
    account: is_asked ? null : firstText(raw, at.provider.account?.at),
    fields: Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
  };
}

async function revokeToken(context: Context, at: ProviderAt, tokens: Tokens): Promise<'asked' | 'impossible'> {
  const { provider } = at;
  const { request } = provider.revocation;
  const metadata = await context.servers.metadata(at);
  try {
    if (request !== undefined) {
      const answer = await sendDescribed(fetchOf(context, at), request, valuesOf(at, tokens));
      if (answer === undefined) return 'impossible';
      // Refused because it is dead already is what was wanted.
      if (answer.ok || answer.status === 401 || answer.status === 404) return 'asked';
      throw new ProviderError(provider.name, answer.status >= 500 ? 'unreachable' : 'refused');
    }
    if (metadata.revocation_endpoint === undefined) return 'impossible';
    const library = await import('openid-client');
    const configuration = await configure(at, metadata, fetchOf(context, at));
    const { access_token, refresh_token } = tokens;
    // The refresh token first: its end is the end of the grant (RFC 7009 §2.1).
    if (refresh_token !== undefined) {
      await library.tokenRevocation(configuration, refresh_token, { token_type_hint: 'refresh_token' });
    }
    await library.tokenRevocation(configuration, access_token, { token_type_hint: 'access_token' });
    return 'asked';
  } catch (thrown) {
    throw toProviderError(provider.name, thrown);
  }
}

async function accountOf(
  context: Context,
  at: ProviderAt,
  { access_token, account }: Pick<Grant, 'access_token' | 'account'>,
): Promise<string | null> {
  const described = at.provider.account;
  if (account !== null || described === undefined) return account;
  const answer = await askAbout(context, at, { request: described.request, access_token }).catch((thrown: unknown) => {
    throw toProviderError(at.provider.name, thrown);
  });
  return answer?.ok === true ? firstText(answer.body, described.at) : null;
}

/** The answer to a described request, else that of userinfo; undefined when there is neither. */
async function askAbout(
  context: Context,
  at: ProviderAt,
  { request, access_token }: { readonly request: DescribedRequest | undefined; readonly access_token: string },
): Promise<DescribedAnswer | undefined> {
  const values = valuesOf(at, { access_token });
  if (request !== undefined) return sendDescribed(fetchOf(context, at), request, values);
  if (at.provider.oauth === undefined) return undefined;
  const { userinfo_endpoint: url } = await context.servers.metadata(at);
  if (url === undefined) return undefined;
  return sendDescribed(fetchOf(context, at), { method: 'GET', url, auth: 'bearer', headers: {} }, values);
}

async function startDevice(context: Context, at: ProviderAt, scopes: readonly string[]): Promise<DeviceStart> {
  const { name } = at.provider;
  const metadata = await context.servers.metadata(at);
  if (metadata.device_authorization_endpoint === undefined) throw new ProviderError(name, 'malformed');
  try {
    const library = await import('openid-client');
    const { scope_parameter, scope_separator } = oauthOf(at);
    const parameters = scopes.length === 0 ? {} : { [scope_parameter]: scopes.join(scope_separator) };
    const answer = await library.initiateDeviceAuthorization(
      await configure(at, metadata, fetchOf(context, at)),
      parameters,
    );
    const { device_code, user_code, verification_uri, verification_uri_complete, interval = 5, expires_in } = answer;
    requireWebAddress(name, verification_uri);
    if (verification_uri_complete !== undefined) requireWebAddress(name, verification_uri_complete);
    return {
      device_code,
      user_code,
      verification_uri,
      verification_uri_complete,
      interval_ms: Math.max(1, interval) * 1_000,
      expires_at: context.clock.now() + expires_in * 1_000,
    };
  } catch (thrown) {
    throw toProviderError(name, thrown);
  }
}

/** It is shown to a person as a link. */
function requireWebAddress(name: string, url: string): void {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw new ProviderError(name, 'malformed');
}

async function pollDevice(context: Context, at: ProviderAt, device_code: string): Promise<DevicePoll> {
  const type = 'urn:ietf:params:oauth:grant-type:device_code';
  let code: unknown;
  const ask = async (library: Library, configuration: openid.Configuration): Promise<TokenAnswer> => {
    try {
      return await library.genericGrantRequest(configuration, type, { device_code });
    } catch (thrown) {
      if (thrown instanceof library.ResponseBodyError) code = thrown.error;
      throw thrown;
    }
  };
  try {
    return { kind: 'granted', grant: await askForGrant(context, at, ask) };
  } catch (thrown) {
    if (code === 'authorization_pending' || code === 'slow_down') {
      return { kind: 'waiting', slow_down: code === 'slow_down' };
    }
    throw thrown;
  }
}

function fetchOf({ fetchFor }: Context, { tenant_id }: ProviderAt): GuardedFetch {
  return fetchFor(tenant_id);
}

function oauthOf({ provider }: ProviderAt): OauthOfProvider {
  if (provider.oauth === undefined) throw new ToolcribError('not_found');
  return provider.oauth;
}

function valuesOf({ client }: ProviderAt, tokens: Tokens): RequestValues {
  return { ...client, ...tokens };
}

function firstText(document: unknown, pointers: readonly string[] = []): string | null {
  for (const pointer of pointers) {
    const text = textAt(document, pointer);
    if (text !== undefined) return text.slice(0, 200);
  }
  return null;
}
