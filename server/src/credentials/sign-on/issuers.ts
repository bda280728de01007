// Everything that is said to the issuer of a sign-on (OpenID Connect Core 1.0, code flow with PKCE). Knows no database
// and no browser, and of a tenant only whose connections are used. Every function throws SignOnError.
import type * as openid from 'openid-client';
import type { Clock } from '../../base/clock.ts';
import type { GuardedFetch } from '../../base/guarded-fetch.ts';
import { limits } from '../../base/limits.ts';
import { basicCredentials } from '../oauth/basic-credentials.ts';
import { SignOnError, toSignOnError } from './sign-on-problems.ts';

/** Our registration at an issuer. */
export interface SignOnAt {
  /** Every tenant has connections of its own. */
  readonly tenant_id: string;
  /** Exactly as the issuer calls itself. */
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: string;
}

/** What binds an answer to the question: all of it is made for one sign-in. */
export interface SignInProof {
  readonly state: string;
  readonly nonce: string;
  readonly code_verifier: string;
  readonly redirect_uri: string;
}

/** Who it is, as the issuer says. */
export interface Claims {
  readonly subject: string;
  /** In lower case. Only when the issuer says that it has verified it. */
  readonly email: string | undefined;
  readonly name: string | undefined;
}

export interface Issuers {
  /** Whether there is an issuer that calls itself so. */
  check(at: Pick<SignOnAt, 'tenant_id' | 'issuer'>): Promise<void>;
  /** Where the person signs in. */
  authorizationUrl(at: SignOnAt, proof: SignInProof): Promise<URL>;
  /** Checks what the browser came back with and gives the code away, which is never to be sent twice. */
  exchange(at: SignOnAt, proof: SignInProof, query: URLSearchParams): Promise<Claims>;
}

interface Deps {
  /** The guarded client of a tenant in the form of fetch. */
  readonly fetchFor: (tenant_id: string) => GuardedFetch;
  readonly clock: Clock;
}

type Library = typeof openid;

export function createIssuers(deps: Deps): Issuers {
  const metadata = createMetadata(deps);
  const configured = async (library: Library, at: SignOnAt): Promise<openid.Configuration> =>
    configure(library, at, { fetch: deps.fetchFor(at.tenant_id), metadata: await metadata(library, at) });
  const attempt = async <T>(work: (library: Library) => Promise<T>): Promise<T> => {
    try {
      return await work(await import('openid-client'));
    } catch (thrown) {
      throw toSignOnError(thrown);
    }
  };
  return {
    check: (at) => attempt(async (library) => void (await metadata(library, at))),
    authorizationUrl: (at, { redirect_uri, state, nonce, code_verifier }) =>
      attempt(async (library) =>
        library.buildAuthorizationUrl(await configured(library, at), {
          redirect_uri,
          scope: 'openid email profile',
          state,
          nonce,
          code_challenge: await library.calculatePKCECodeChallenge(code_verifier),
          code_challenge_method: 'S256',
        }),
      ),
    exchange: (at, proof, query) =>
      attempt(async (library) => exchange(library, await configured(library, at), proof, query)),
  };
}

/** Reads what an issuer says of itself, at most once in a while. Public, and the same for every tenant. */
function createMetadata({ fetchFor, clock }: Deps) {
  const known = new Map<string, { readonly at: number; readonly metadata: openid.ServerMetadata }>();
  return async (
    library: Library,
    { tenant_id, issuer }: Pick<SignOnAt, 'tenant_id' | 'issuer'>,
  ): Promise<openid.ServerMetadata> => {
    const now = clock.monotonic();
    const kept = known.get(issuer);
    if (kept !== undefined && now - kept.at < limits.provider_metadata_ms) return kept.metadata;
    const found = await library
      .discovery(new URL(issuer), 'discovery', undefined, library.None(), {
        [library.customFetch]: fetchFor(tenant_id),
        // oxlint-disable-next-line typescript/no-deprecated -- on this machine alone, see isIssuer
        execute: isPlain(issuer) ? [library.allowInsecureRequests] : [],
      })
      .catch((thrown: unknown) => {
        const is_other =
          thrown instanceof library.ClientError && thrown.code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED';
        throw is_other ? new SignOnError('wrong_name') : thrown;
      });
    const metadata = found.serverMetadata();
    // The library lets some through that call themselves otherwise (Entra ID of all tenants, B2C): nobody could tell whose
    // people those are.
    if (metadata.issuer !== issuer) throw new SignOnError('wrong_name');
    known.delete(issuer);
    known.set(issuer, { at: now, metadata });
    for (const oldest of known.keys()) if (known.size > limits.provider_metadata) known.delete(oldest);
    return metadata;
  };
}

function configure(
  library: Library,
  { client_id, client_secret }: SignOnAt,
  { fetch, metadata }: { readonly fetch: GuardedFetch; readonly metadata: openid.ServerMetadata },
): openid.Configuration {
  // OpenID Connect Discovery §3: without a list it is Basic.
  const is_post = metadata.token_endpoint_auth_methods_supported?.includes('client_secret_post') === true;
  const byBasic: openid.ClientAuth = (_server, _client, _body, headers) =>
    headers.set('authorization', basicCredentials(client_id, client_secret));
  const method = is_post ? library.ClientSecretPost(client_secret) : byBasic;
  const configuration = new library.Configuration(metadata, client_id, undefined, method);
  // oxlint-disable-next-line typescript/no-deprecated -- on this machine alone, see isIssuer
  if (isPlain(metadata.issuer)) library.allowInsecureRequests(configuration);
  // The signature counts, not only the connection that the token came over.
  library.enableNonRepudiationChecks(configuration);
  configuration[library.customFetch] = fetch;
  return configuration;
}

async function exchange(
  library: Library,
  configuration: openid.Configuration,
  proof: SignInProof,
  query: URLSearchParams,
): Promise<Claims> {
  requireIssuer(configuration.serverMetadata(), query);
  const tokens = await library.authorizationCodeGrant(
    configuration,
    new URL(`${proof.redirect_uri}?${query.toString()}`),
    {
      expectedState: proof.state,
      expectedNonce: proof.nonce,
      pkceCodeVerifier: proof.code_verifier,
      idTokenExpected: true,
    },
  );
  const claims = tokens.claims();
  if (claims === undefined) throw new SignOnError('malformed');
  const { sub } = claims;
  // Many issuers put the address into the answer of the userinfo endpoint alone.
  const is_asked = claims['email'] === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined;
  // All from one of the two: `email_verified` speaks of the address beside it.
  return readClaims(sub, is_asked ? await library.fetchUserInfo(configuration, tokens.access_token, sub) : claims);
}

/** RFC 9207 §2.4, before anything else of the answer is looked at. */
function requireIssuer(metadata: openid.ServerMetadata, query: URLSearchParams): void {
  const [iss, ...more] = query.getAll('iss');
  const is_missing = iss === undefined && metadata.authorization_response_iss_parameter_supported === true;
  if (is_missing || more.length > 0 || (iss !== undefined && iss !== metadata.issuer)) {
    throw new SignOnError('issuer_mismatch');
  }
}

function readClaims(subject: string, claims: Readonly<Record<string, unknown>>): Claims {
  if (subject === '' || subject.length > 255) throw new SignOnError('malformed');
  const { email, email_verified, name } = claims;
  const is_address = typeof email === 'string' && email.length <= 320 && /^[^\s@]+@[^\s@]+$/.test(email);
  return {
    subject,
    email: is_address && email_verified === true ? email.toLowerCase() : undefined,
    name: typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 200) : undefined,
  };
}

/** Whether it can be the name of an issuer: https, or http on this machine alone; nothing behind the path. */
export function isIssuer(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || /[?#\s]/.test(text) || url.username !== '' || url.password !== '') return false;
  if (url.pathname.includes('/.well-known/')) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback.has(url.hostname));
}

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

function isPlain(issuer: string): boolean {
  return issuer.startsWith('http:');
}
