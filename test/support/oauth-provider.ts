// A real OAuth 2 and OpenID provider (oidc-provider) for tests, in a process of its own, so that several servers and a
// browser can use it at once. Everything is told over a second port, see `OauthProvider`; nothing of ours is inside it.
//
//   const provider = await startOauthProvider({ redirect_uris: ['http://127.0.0.1:5100/oauth/callback'] });
//   provider.endpoints.token …                   what a provider's definition holds
//   await provider.connect({ account: 'ada' })   a grant without a browser: tokens as an application gets them
//   await provider.set({ access_token_s: 1 })    lifetimes, rotation, delays, failures, from now on
//   await provider.requests()                    what was asked of it, by endpoint
//
// Its pages, for a browser: sign-in has a button per account (`name=account`, "Sign in as ada") and "Deny"; the consent
// has "Accept" and "Deny" (`name=decision`, values accept and deny). It asks each time. The device page is at
// `endpoints.device_page`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { approveDevice, connectWithoutBrowser } from './oauth-provider-visitor.ts';

export const oauthScopes = ['openid', 'offline_access', 'email', 'profile', 'repo', 'calendar'] as const;
export const oauthAccounts = ['ada', 'ben', 'eve'] as const;

/** Endpoints that are counted, and can be slowed down, made to fail or held. */
export type OauthEndpoint =
  | 'authorization'
  | 'token'
  | 'userinfo'
  | 'revocation'
  | 'introspection'
  | 'device_authorization'
  | 'discovery'
  | 'jwks'
  | 'page';

/** Requests so far: by endpoint, and those of the token endpoint by grant type (`token:refresh_token`). */
export type OauthRequestCounts = Readonly<Record<string, number>>;

export interface OauthBehaviour {
  /** Lifetime of access tokens that are issued from now on; 600 at first. */
  readonly access_token_s: number;
  /** Whether a refresh gives a new refresh token and uses up the old one; true at first. Used twice, it ends the grant. */
  readonly rotate: boolean;
  /** Whether tokens say when they end (`expires_in`); true at first. */
  readonly tells_expiry: boolean;
  /** Requests to these endpoints are looked at this much later; not at all when whoever sent them is gone by then. */
  readonly delay_ms: Readonly<Partial<Record<OauthEndpoint, number>>>;
  /** Answers that are given instead of the provider's own, until they are taken away; `drop` closes the connection. */
  readonly answers: Readonly<Partial<Record<OauthEndpoint, CannedAnswer | 'drop'>>>;
}

export interface CannedAnswer {
  readonly status: number;
  readonly body?: Readonly<Record<string, unknown>>;
}

export interface OauthTestClient {
  readonly client_id: string;
  /** Absent: a public client. */
  readonly client_secret?: string;
  readonly redirect_uris: readonly string[];
  /** `client_secret_basic` when absent. */
  readonly auth_method?: 'client_secret_basic' | 'client_secret_post' | 'none';
}

export interface OauthTokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly scope: string;
}

export interface WantedGrant {
  /** Who it is; `ada` when absent. */
  readonly account?: string;
  /** `openid offline_access email` when absent. */
  readonly scopes?: readonly string[];
  /** The first client when absent. */
  readonly client_id?: string;
}

export interface OauthProvider {
  /** `http://127.0.0.1:1234`. */
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly endpoints: {
    readonly authorization: string;
    readonly token: string;
    /** `{ sub, email, name }`; 401 for a token that is dead: the question whether it lives. */
    readonly userinfo: string;
    readonly revocation: string;
    readonly introspection: string;
    readonly device_authorization: string;
    readonly device_page: string;
  };
  /** A whole authorization-code flow with PKCE and a consent, without a browser. */
  connect(wanted?: WantedGrant): Promise<OauthTokens>;
  /** What a person does with the code that a device shows: signs in on the device page and accepts. */
  approveDevice(user_code: string, account?: string): Promise<void>;
  /** Another client, or the same with other return addresses. */
  setClient(client: OauthTestClient): Promise<void>;
  set(behaviour: Partial<OauthBehaviour>): Promise<void>;
  requests(): Promise<OauthRequestCounts>;
  /**
   * From now on the provider does what an endpoint is asked for, but keeps its answers back. `held` counts those kept;
   * `release` sends them (to whoever is still there) and ends the holding.
   */
  hold(endpoint: OauthEndpoint): Promise<void>;
  held(endpoint: OauthEndpoint): Promise<number>;
  release(endpoint: OauthEndpoint): Promise<void>;
  /** The person takes the grants back at the provider: every token of the account is dead. */
  revokeGrants(account: string): Promise<void>;
  /** This access token is dead from now on; the grant stays. */
  endAccessToken(token: string): Promise<void>;
  /** Whether the provider itself takes this token now, access or refresh; asked of it, not of an endpoint. */
  isAlive(token: string): Promise<boolean>;
  /** How many refresh tokens of an account could be used now. */
  liveRefreshTokens(account: string): Promise<number>;
  /** Refuses connections until `bringUp`; what it knows stays. */
  takeDown(): Promise<void>;
  bringUp(): Promise<void>;
  stop(): Promise<void>;
}

export interface OauthProviderOptions {
  /** Of the first client. `http://127.0.0.1/connected` is always one of them. */
  readonly redirect_uris?: readonly string[];
}

/** What the process is asked to do over its second port. */
export type OauthCommand =
  | { readonly do: 'set'; readonly behaviour: Partial<OauthBehaviour> }
  | { readonly do: 'set_client'; readonly client: OauthTestClient }
  | { readonly do: 'requests' | 'take_down' | 'bring_up' }
  | { readonly do: 'hold' | 'held' | 'release'; readonly endpoint: OauthEndpoint }
  | { readonly do: 'revoke_grants' | 'live_refresh_tokens'; readonly account: string }
  | { readonly do: 'is_alive' | 'end_access_token'; readonly token: string };

const program = fileURLToPath(new URL('oauth-provider-process.ts', import.meta.url));
const own_return = 'http://127.0.0.1/connected';

export async function startOauthProvider({ redirect_uris = [] }: OauthProviderOptions = {}): Promise<OauthProvider> {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'], env: {} });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    ended.then(() => Promise.reject(new Error('The OAuth provider did not start'))),
  ])) as [string];
  const { issuer, control } = JSON.parse(line) as { issuer: string; control: string };
  const tell = async <T>(command: OauthCommand): Promise<T> => {
    const response = await fetch(control, { method: 'POST', body: JSON.stringify(command) });
    if (!response.ok) throw new Error(`The OAuth provider could not do that: ${await response.text()}`);
    return (await response.json()) as T;
  };
  const client: OauthTestClient & { readonly client_secret: string } = {
    client_id: 'toolcrib-tests',
    client_secret: 'client-secret-of-the-tests',
    redirect_uris: [own_return, ...redirect_uris],
  };
  const clients = new Map<string, OauthTestClient>();
  const setClient = async (one: OauthTestClient): Promise<void> => {
    clients.set(one.client_id, one);
    await tell({ do: 'set_client', client: one });
  };
  await setClient(client);
  return {
    issuer,
    client_id: client.client_id,
    client_secret: client.client_secret,
    endpoints: {
      authorization: `${issuer}/auth`,
      token: `${issuer}/token`,
      userinfo: `${issuer}/me`,
      revocation: `${issuer}/token/revocation`,
      introspection: `${issuer}/token/introspection`,
      device_authorization: `${issuer}/device/auth`,
      device_page: `${issuer}/device`,
    },
    connect: ({ account = 'ada', scopes = ['openid', 'offline_access', 'email'], client_id = client.client_id } = {}) =>
      connectWithoutBrowser(issuer, { account, scopes, client: clients.get(client_id) ?? client }),
    approveDevice: (user_code, account = 'ada') => approveDevice(issuer, { user_code, account }),
    setClient,
    set: (behaviour) => tell({ do: 'set', behaviour }),
    requests: () => tell({ do: 'requests' }),
    hold: (endpoint) => tell({ do: 'hold', endpoint }),
    held: (endpoint) => tell({ do: 'held', endpoint }),
    release: (endpoint) => tell({ do: 'release', endpoint }),
    revokeGrants: (account) => tell({ do: 'revoke_grants', account }),
    endAccessToken: (token) => tell({ do: 'end_access_token', token }),
    isAlive: (token) => tell({ do: 'is_alive', token }),
    liveRefreshTokens: (account) => tell({ do: 'live_refresh_tokens', account }),
    takeDown: () => tell({ do: 'take_down' }),
    bringUp: () => tell({ do: 'bring_up' }),
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
