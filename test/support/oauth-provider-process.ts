// The process of the test provider (oauth-provider.ts): oidc-provider on one port, what tests want of it on another.
// Prints one line of JSON when both listen, and ends when standard input does.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import type { Adapter, AdapterPayload, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { oauthAccounts, oauthScopes } from './oauth-provider.ts';
import type { OauthBehaviour, OauthCommand, OauthEndpoint, OauthTestClient } from './oauth-provider.ts';
import { bodyOf, handleInteraction } from './oauth-provider-pages.ts';

const records = new Map<string, AdapterPayload>();
const clients = new Map<string, OauthTestClient>();
const counts: Record<string, number> = {};
/** Answers that are kept back, by endpoint; an endpoint is here while it is held. */
const kept = new Map<OauthEndpoint, (() => void)[]>();
let behaviour: OauthBehaviour = { access_token_s: 600, rotate: true, tells_expiry: true, delay_ms: {}, answers: {} };

/** Keeps everything in this process; what has ended is found no more. */
class MemoryAdapter implements Adapter {
  readonly #model: string;

  constructor(model: string) {
    this.#model = model;
  }

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    records.set(this.#key(id), payload);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    // Clients that have registered themselves are records like others.
    return (this.#model === 'Client' ? clientOf(id) : undefined) ?? records.get(this.#key(id));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#first((payload) => payload.uid === uid);
  }

  async findByUserCode(code: string): Promise<AdapterPayload | undefined> {
    return this.#first((payload) => payload.userCode === code);
  }

  async consume(id: string): Promise<void> {
    const payload = records.get(this.#key(id));
    if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1_000);
  }

  async destroy(id: string): Promise<void> {
    records.delete(this.#key(id));
  }

  async revokeByGrantId(grant: string): Promise<void> {
    for (const [key, { grantId }] of records) {
      if (key.startsWith(`${this.#model}:`) && grantId === grant) records.delete(key);
    }
  }

  #key(id: string): string {
    return `${this.#model}:${id}`;
  }

  #first(wanted: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    return [...records].find(([key, payload]) => key.startsWith(`${this.#model}:`) && wanted(payload))?.[1];
  }
}

const device_grant = 'urn:ietf:params:oauth:grant-type:device_code';

function clientOf(id: string): AdapterPayload | undefined {
  const client = clients.get(id);
  if (client === undefined) return undefined;
  const { client_id, client_secret, redirect_uris, auth_method } = client;
  return {
    client_id,
    ...(client_secret === undefined ? {} : { client_secret }),
    redirect_uris: [...redirect_uris],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token', device_grant],
    token_endpoint_auth_method: auth_method ?? (client_secret === undefined ? 'none' : 'client_secret_basic'),
  };
}

async function createKey() {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: 'one', use: 'sig', alg: 'RS256' };
}

async function configure(): Promise<Configuration> {
  return {
    adapter: MemoryAdapter,
    jwks: { keys: [await createKey()] as never[] },
    cookies: { keys: ['cookie-key-of-the-tests'] },
    scopes: [...oauthScopes],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: () => behaviour.rotate,
    expiresWithSession: async () => false,
    ttl: {
      AccessToken: () => behaviour.access_token_s,
      RefreshToken: 86_400,
      AuthorizationCode: 60,
      DeviceCode: 600,
      Grant: 86_400,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
    findAccount: (_ctx, sub) =>
      (oauthAccounts as readonly string[]).includes(sub)
        ? {
            accountId: sub,
            claims: async () => ({
              sub,
              email: `${sub}@provider.example`,
              email_verified: true,
              name: `${sub} at the provider`,
            }),
          }
        : undefined,
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    // Every connect asks: no grant of an earlier one is taken up again.
    loadExistingGrant: async ({ oidc }) => {
      const grant_id = oidc.result?.consent?.grantId;
      return grant_id === undefined ? undefined : oidc.provider.Grant.find(grant_id);
    },
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      registration: { enabled: true },
      // A token for a resource (RFC 8707) is one that the resource can read: its audience is the resource alone.
      resourceIndicators: {
        enabled: true,
        defaultResource: () => [],
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => ({
          scope: oauthScopes.join(' '),
          audience: resource,
          accessTokenTTL: behaviour.access_token_s,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
}

const endpoints: Readonly<Record<string, OauthEndpoint>> = {
  '/auth': 'authorization',
  '/token': 'token',
  '/me': 'userinfo',
  '/token/revocation': 'revocation',
  '/token/introspection': 'introspection',
  '/device/auth': 'device_authorization',
  '/jwks': 'jwks',
};

function endpointOf(path: string): OauthEndpoint {
  if (path.startsWith('/.well-known/')) return 'discovery';
  return endpoints[path] ?? 'page';
}

async function handle(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://provider');
  const endpoint = endpointOf(pathname);
  count(endpoint);
  // Nobody comes over a connection that was open before the provider went down.
  response.shouldKeepAlive = false;
  await delay(behaviour.delay_ms[endpoint] ?? 0);
  // Nothing is done for whoever is gone before their turn.
  if (request.socket.destroyed) return;
  const canned = behaviour.answers[endpoint];
  if (canned === 'drop') {
    request.destroy();
    return;
  }
  if (canned !== undefined) {
    response.writeHead(canned.status, { 'content-type': 'application/json' }).end(JSON.stringify(canned.body ?? {}));
    return;
  }
  holdBack(endpoint, response);
  if (endpoint === 'token' && !behaviour.tells_expiry) withoutExpiry(response);
  if (pathname.startsWith('/interaction/')) await handleInteraction(provider, request, response);
  else await provider.callback()(request, response);
}

function count(what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

function countGrant({ oidc }: KoaContextWithOIDC): void {
  const grant_type = oidc.params?.['grant_type'];
  count(`token:${typeof grant_type === 'string' ? grant_type : 'none'}`);
}

/** While the endpoint is held, `end` waits for the release: by then the provider has done its work. */
function holdBack(endpoint: OauthEndpoint, response: ServerResponse): void {
  const waiting = kept.get(endpoint);
  if (waiting === undefined) return;
  const end = response.end.bind(response) as (...args: readonly unknown[]) => ServerResponse;
  response.end = ((...args: readonly unknown[]) => {
    waiting.push(() => void end(...args));
    return response;
  }) as typeof response.end;
}

function withoutExpiry(response: ServerResponse): void {
  const end = response.end.bind(response);
  response.end = ((body?: unknown) => {
    const text = Buffer.isBuffer(body) || typeof body === 'string' ? body.toString() : '';
    const { expires_in: _, ...rest } = JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>;
    const changed = JSON.stringify(rest);
    if (!response.headersSent) response.setHeader('content-length', Buffer.byteLength(changed));
    return end(changed);
  }) as typeof response.end;
}

const token_models = ['AccessToken', 'RefreshToken'] as const;

function isLive(payload: AdapterPayload | undefined): boolean {
  if (payload === undefined || payload.consumed !== undefined) return false;
  return payload.exp === undefined || payload.exp * 1_000 > Date.now();
}

function revokeGrants(account: string): void {
  for (const [key, payload] of records) {
    const ends = key.startsWith('Grant:') || token_models.some((model) => key.startsWith(`${model}:`));
    if (ends && payload.accountId === account) records.delete(key);
  }
}

async function obey(command: OauthCommand, server: Server, port: number): Promise<unknown> {
  switch (command.do) {
    case 'set':
      behaviour = { ...behaviour, ...command.behaviour };
      return true;
    case 'set_client':
      clients.set(command.client.client_id, command.client);
      return true;
    case 'requests':
      return counts;
    case 'hold':
      if (!kept.has(command.endpoint)) kept.set(command.endpoint, []);
      return true;
    case 'held':
      return kept.get(command.endpoint)?.length ?? 0;
    case 'release': {
      const answers = kept.get(command.endpoint) ?? [];
      kept.delete(command.endpoint);
      for (const send of answers) send();
      return true;
    }
    case 'revoke_grants':
      revokeGrants(command.account);
      return true;
    case 'end_access_token':
      return records.delete(`AccessToken:${command.token}`);
    case 'is_alive':
      return token_models.some((model) => isLive(records.get(`${model}:${command.token}`)));
    case 'live_refresh_tokens':
      return [...records].filter(
        ([key, one]) => key.startsWith('RefreshToken:') && one.accountId === command.account && isLive(one),
      ).length;
    case 'take_down':
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return true;
    case 'bring_up':
      await listen(server, port);
      return true;
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

const server = createServer((request, response) => {
  handle(provider, request, response).catch((error: unknown) => {
    process.stderr.write(`oauth-provider: ${String(error)}\n`);
    response.destroy();
  });
});
const port = await listen(server, 0);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, await configure());
provider.on('grant.success', countGrant);
provider.on('grant.error', countGrant);

const control = createServer((request, response) => {
  const answer = async (): Promise<void> => {
    const done = await obey(JSON.parse(await bodyOf(request)) as OauthCommand, server, port);
    response.end(JSON.stringify(done));
  };
  answer().catch((error: unknown) => response.writeHead(500).end(String(error)));
});
const control_port = await listen(control, 0);
process.stdout.write(`${JSON.stringify({ issuer, control: `http://127.0.0.1:${control_port}/` })}\n`);
process.stdin.resume().once('end', () => process.exit(0));
