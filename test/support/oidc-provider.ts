// A real OpenID provider (oidc-provider) for tests: on a port of its own, in memory. It signs people in without asking and
// issues ID tokens through the authorization code flow, access tokens through client credentials. It can be taken down,
// brought back, and given new keys.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';
import { Provider } from 'oidc-provider';
import type { Adapter, AdapterPayload, Configuration } from 'oidc-provider';

export interface OidcProvider {
  /** `http://127.0.0.1:1234` */
  readonly issuer: string;
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[];
  /** Whoever comes with a browser from now on is this person, without being asked. */
  signInAs(claims: Readonly<Record<string, unknown>>): void;
  /** Another address to which the provider sends browsers back, of every client. */
  allowReturn(url: string): void;
  /** From a whole sign-in at the provider. */
  issueIdToken(wanted: WantedIdToken): Promise<string>;
  /** From the grant of client credentials. */
  issueAccessToken(wanted: WantedAccessToken): Promise<string>;
  /** New keys; those before are gone at once, unless they are kept. */
  rotateKeys(options?: { readonly keep: boolean }): Promise<void>;
  /** The private keys, the one that signs first. */
  readonly keys: () => readonly JWK[];
  /** Refuses connections until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface WantedIdToken {
  /** The client. */
  readonly audience: string;
  /** `sub`, and any of the names in `claim_names`. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly expires_in_s?: number;
}

export interface WantedAccessToken {
  readonly audience: string;
  readonly scopes: readonly string[];
}

const claim_names = ['sub', 'email', 'email_verified', 'name', 'groups', 'user_id', 'tenant'];
const client_secret = 'client-secret-of-the-tests';
const redirect_uri = 'http://127.0.0.1/signed-in';
/** Of every provider in this process. */
const redirect_uris = [redirect_uri];

/** Of the sign-in under way; tests sign in one after the other. */
interface Sign {
  claims: Readonly<Record<string, unknown>>;
  expires_in_s: number;
}

export interface OidcProviderOptions {
  /** Tells who a person is in the answer of the userinfo endpoint alone, as many issuers do. */
  readonly thin_id_tokens?: boolean;
}

export async function startOidcProvider({ thin_id_tokens = false }: OidcProviderOptions = {}): Promise<OidcProvider> {
  const sign: Sign = { claims: {}, expires_in_s: 3_600 };
  const requests: string[] = [];
  let keys = [await createKey()];
  let provider: Provider;
  const server: Server = createServer((request, response) => {
    requests.push(request.url ?? '');
    // A test's own requests must not come over a connection that was open before the provider went down.
    response.shouldKeepAlive = false;
    const handled = request.url?.startsWith('/interaction/') === true;
    void (handled ? signIn(provider, sign, request, response) : provider.callback()(request, response));
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const renew = (): Provider => new Provider(issuer, { ...configure(keys, sign), ...(thin_id_tokens ? thin : fat) });
  provider = renew();
  return {
    issuer,
    requests,
    signInAs: (claims) => void Object.assign(sign, { claims }),
    allowReturn: (url) => void redirect_uris.push(url),
    issueIdToken: async ({ audience, claims = {}, expires_in_s = 3_600 }) => {
      Object.assign(sign, { claims: { sub: 'ada', ...claims }, expires_in_s });
      return requestIdToken(issuer, audience);
    },
    issueAccessToken: (wanted) => requestAccessToken(issuer, wanted),
    rotateKeys: async ({ keep } = { keep: false }) => {
      keys = [await createKey(), ...(keep ? keys : [])];
      provider = renew();
    },
    keys: () => keys,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    start: () => listen(port),
  };
}

async function createKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = Buffer.from(crypto.getRandomValues(new Uint8Array(9))).toString('base64url');
  return { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'RS256' };
}

/** Keeps everything in memory; any client exists. */
class MemoryAdapter implements Adapter {
  static readonly records = new Map<string, AdapterPayload>();
  readonly #model: string;

  constructor(model: string) {
    this.#model = model;
  }

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    MemoryAdapter.records.set(this.#key(id), payload);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    if (this.#model !== 'Client') return MemoryAdapter.records.get(this.#key(id));
    return {
      client_id: id,
      client_secret,
      redirect_uris: [...redirect_uris],
      response_types: ['code'],
      grant_types: ['authorization_code', 'client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
    };
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return [...MemoryAdapter.records].find(([key, one]) => key.startsWith(`${this.#model}:`) && one.uid === uid)?.[1];
  }

  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  async consume(id: string): Promise<void> {
    const payload = MemoryAdapter.records.get(this.#key(id));
    if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1_000);
  }

  async destroy(id: string): Promise<void> {
    MemoryAdapter.records.delete(this.#key(id));
  }

  async revokeByGrantId(): Promise<void> {
    return undefined;
  }

  #key(id: string): string {
    return `${this.#model}:${id}`;
  }
}

const fat = { claims: { openid: claim_names }, conformIdTokenClaims: false };
const thin = {
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: true,
};

function configure(keys: readonly JWK[], sign: Sign): Configuration {
  return {
    adapter: MemoryAdapter,
    jwks: { keys: [...keys] as never[] },
    cookies: { keys: ['cookie-key-of-the-tests'] },
    pkce: { required: () => false },
    ttl: {
      IdToken: () => sign.expires_in_s,
      ...{
        AccessToken: 600,
        AuthorizationCode: 60,
        ClientCredentials: 600,
        Grant: 600,
        Interaction: 600,
        Session: 600,
      },
    },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: async () => ({ ...sign.claims, sub }) }),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    loadExistingGrant: async ({ oidc }) => {
      const { client, session } = oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, audience) => ({
          audience,
          scope: 'read write admin',
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
}

/** Every person is signed in as whom the test wants. */
async function signIn(
  provider: Provider,
  sign: Sign,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await provider.interactionFinished(request, response, { login: { accountId: String(sign.claims['sub']) } });
}

/** What a browser does: follows every redirection with its cookies, until it is sent back with a code. */
async function requestIdToken(issuer: string, client_id: string): Promise<string> {
  const cookies = new Map<string, string>();
  const query = new URLSearchParams({ client_id, redirect_uri, response_type: 'code', scope: 'openid' });
  let url = `${issuer}/auth?${query.toString()}`;
  while (!url.startsWith(redirect_uri)) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url, { headers: { cookie }, redirect: 'manual' });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`The provider answered ${response.status}: ${await response.text()}`);
    url = new URL(location, issuer).href;
  }
  const code = new URL(url).searchParams.get('code') ?? '';
  const answer = await requestToken(issuer, { client_id, grant_type: 'authorization_code', code, redirect_uri });
  return String(answer['id_token']);
}

async function requestAccessToken(issuer: string, { audience, scopes }: WantedAccessToken): Promise<string> {
  const answer = await requestToken(issuer, {
    client_id: 'machine',
    grant_type: 'client_credentials',
    resource: audience,
    scope: scopes.join(' '),
  });
  return String(answer['access_token']);
}

async function requestToken(
  issuer: string,
  wanted: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, unknown>>> {
  const body = new URLSearchParams({ ...wanted, client_secret });
  const response = await fetch(`${issuer}/token`, { method: 'POST', body });
  if (!response.ok) throw new Error(`The provider answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Readonly<Record<string, unknown>>;
}
