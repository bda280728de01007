// A second, independent OAuth 2 and OpenID provider for tests: Debian's glewlwyd (C, nothing in common with oidc-provider), on
// a port and an SQLite file of its own, set up through its own API. Its refresh tokens are used up by their use.
//
// Tests with it are skipped unless `hasGlewlwyd()`.
//   const provider = await startGlewlwyd({ redirect_uris: ['http://127.0.0.1:5100/oauth/callback/…'] });
//   provider.issuer                               discovery is below it
//   await provider.connect({ account: 'ada' })    a grant without a browser
// Its own pages for people with a browser: glewlwyd-pages.ts.
import { generateKeyPairSync, randomBytes, createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { findProgram, howToInstall } from './debian-programs.ts';
import { freePort } from './free-port.ts';
import type { OauthTokens } from './oauth-provider.ts';

export interface GlewlwydOptions {
  readonly redirect_uris?: readonly string[];
  /** Lifetime of access tokens; 600 when absent. */
  readonly access_token_s?: number;
}

export interface Glewlwyd {
  /** `http://localhost:1234/api/glwd` */
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly endpoints: {
    readonly authorization: string;
    readonly token: string;
    readonly userinfo: string;
    readonly revocation: string;
    readonly introspection: string;
    readonly device_authorization: string;
  };
  /** People who can sign in and give every scope; `cy` can sign in and give none. */
  readonly accounts: readonly string[];
  readonly password: string;
  /** A whole authorization-code flow with PKCE. */
  connect(wanted?: { readonly account?: string; readonly scopes?: readonly string[] }): Promise<OauthTokens>;
  /** Signs in, gives the scopes of the address and goes on: where a browser would be sent back to. */
  authorize(url: URL, account?: string): Promise<URL>;
  /** The only addresses from now on to which it sends browsers back. */
  setRedirectUris(redirect_uris: readonly string[]): Promise<void>;
  /** Whether it takes the token, access or refresh, as its introspection says. */
  isAlive(token: string): Promise<boolean>;
  stop(): Promise<void>;
}

const documents = '/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz';
const modules = '/usr/lib/glewlwyd';
const shared = '/usr/share/glewlwyd';
const own_return = 'http://127.0.0.1/connected';
const accounts = ['ada', 'ben', 'cy'] as const;
const password = 'password-of-the-tests';
const scopes = ['email', 'repo', 'calendar'] as const;
const client = { client_id: 'toolcrib-tests', client_secret: 'client-secret-of-the-tests' } as const;

/** Whether there is one; false after saying loudly what is missing: then the tests are skipped. */
export function hasGlewlwyd(): boolean {
  if (findProgram('glewlwyd') !== undefined && existsSync(documents)) return true;
  process.stderr.write(`\n*** SKIPPED: the second OAuth provider. ${howToInstall('glewlwyd')} ***\n`);
  return false;
}

export async function startGlewlwyd(options: GlewlwydOptions = {}): Promise<Glewlwyd> {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-glewlwyd-'));
  const port = await freePort();
  const database = new DatabaseSync(join(folder, 'glewlwyd.db'));
  database.exec(gunzipSync(readFileSync(documents)).toString());
  database.close();
  const url = `http://localhost:${port}`;
  copyPages(folder);
  writeFileSync(join(folder, 'glewlwyd.conf'), configuration({ url, port, folder }));
  const child = spawn(findProgram('glewlwyd') ?? 'glewlwyd', ['--config-file', join(folder, 'glewlwyd.conf')], {
    cwd: folder,
    stdio: 'ignore',
  });
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  await untilItAnswers(child, `${url}/config`, join(folder, 'log'));
  const issuer = `${url}/api/glwd`;
  await setUp(`${url}/api`, { ...options, issuer });
  const endpoints = {
    authorization: `${issuer}/auth`,
    token: `${issuer}/token`,
    userinfo: `${issuer}/userinfo`,
    revocation: `${issuer}/revoke`,
    introspection: `${issuer}/introspect`,
    device_authorization: `${issuer}/device_authorization`,
  };
  return {
    ...{ issuer, ...client, endpoints, accounts, password },
    connect: ({ account = 'ada', scopes: wanted = ['openid', 'email'] } = {}) =>
      connect(`${url}/api`, { account, scopes: wanted, issuer }),
    authorize: (link, account = 'ada') => authorize(`${url}/api`, { url: link, account }),
    setRedirectUris: async (redirect_uris) => {
      const send = await createAdmin(`${url}/api`);
      await send('PUT', `/client/${client.client_id}`, registration([own_return, ...redirect_uris]));
    },
    isAlive: async (token) => {
      const body = new URLSearchParams({ token });
      const response = await fetch(endpoints.introspection, { method: 'POST', headers: basic, body });
      if (!response.ok) throw new Error(`glewlwyd answered ${response.status}: ${await response.text()}`);
      return ((await response.json()) as { active: boolean }).active;
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill('SIGKILL')) await ended;
      process.off('exit', killAtExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const basic = {
  authorization: `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`,
};

/** Its sign-in page with what that needs. The package holds links to other packages', and it serves no links. */
function copyPages(folder: string): void {
  const pages = join(folder, 'webapp');
  cpSync(`${shared}/webapp`, pages, {
    recursive: true,
    dereference: true,
    filter: (path) => !path.endsWith('config.json'),
  });
  copyFileSync(`${shared}/templates/config.json`, join(pages, 'config.json'));
}

function configuration({
  url,
  port,
  folder,
}: {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
}) {
  return `port=${port}
bind_address="127.0.0.1"
external_url="${url}"
login_url="login.html"
api_prefix="api"
static_files_path="${folder}/webapp/"
log_mode="file"
log_level="INFO"
log_file="${folder}/log"
cookie_domain="localhost"
cookie_secure=0
session_expiration=2419200
session_key="GLEWLWYD2_SESSION_ID"
admin_session_authentication="cookie"
profile_session_authentication="cookie"
login_api_enabled=true
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="${modules}/user"
user_middleware_module_path="${modules}/user_middleware"
client_module_path="${modules}/client"
user_auth_scheme_module_path="${modules}/scheme"
plugin_module_path="${modules}/plugin"
hash_algorithm="SHA512"
database = { type = "sqlite3"; path = "${folder}/glewlwyd.db"; };
static_files_mime_types = (
  { extension = ".html", mime_type = "text/html" },
  { extension = ".css", mime_type = "text/css" },
  { extension = ".js", mime_type = "application/javascript" },
  { extension = ".json", mime_type = "application/json" }
)
`;
}

async function untilItAnswers(child: ChildProcess, url: string, log: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline && child.exitCode === null) {
    const is_there = await fetch(url).then(
      () => true,
      () => false,
    );
    if (is_there) return;
    await delay(50);
  }
  const text = existsSync(log) ? readFileSync(log, 'utf8').slice(-4_000) : '';
  throw new Error(`glewlwyd did not start:\n${text}`);
}

/** One browser: its cookies go with every request. */
function createVisitor(api: string) {
  const cookies = new Map<string, string>();
  return async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(`${api}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    if (response.status >= 400)
      throw new Error(`glewlwyd: ${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
}

async function createAdmin(api: string) {
  const send = createVisitor(api);
  await send('POST', '/auth/', { username: 'admin', password: 'password' });
  return send;
}

async function setUp(
  api: string,
  { issuer, redirect_uris = [], access_token_s = 600 }: GlewlwydOptions & { issuer: string },
) {
  const send = await createAdmin(api);
  for (const name of scopes) {
    await send('POST', '/scope/', {
      name,
      display_name: name,
      description: name,
      password_required: false,
      scheme: {},
    });
  }
  for (const username of accounts) {
    const email = `${username}@glewlwyd.example`;
    const scope = ['g_profile', ...(username === 'cy' ? [] : ['openid', ...scopes])];
    await send('POST', '/user/', { username, name: username, email, password, scope, enabled: true });
  }
  await send('POST', '/mod/plugin/', {
    module: 'oidc',
    name: 'glwd',
    display_name: 'OpenID Connect',
    order_rank: 0,
    parameters: pluginParameters(issuer, access_token_s),
  });
  await send('POST', '/client/', registration([own_return, ...redirect_uris]));
}

function registration(redirect_uri: readonly string[]) {
  return {
    ...client,
    name: 'Toolcrib',
    confidential: true,
    enabled: true,
    redirect_uri,
    authorization_type: ['code', 'refresh_token', 'device_authorization', 'client_credentials'],
    token_endpoint_auth_method: ['client_secret_basic', 'client_secret_post'],
    scope: ['openid', ...scopes],
  };
}

function pluginParameters(iss: string, access_token_s: number) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const enabled = ['code', 'refresh', 'device', 'client'].map((type) => [`auth-type-${type}-enabled`, true] as const);
  return {
    iss,
    'jwt-type': 'rsa',
    'jwt-key-size': '256',
    key: privateKey,
    cert: publicKey,
    'access-token-duration': access_token_s,
    'refresh-token-duration': 1_209_600,
    'code-duration': 600,
    'refresh-token-rolling': true,
    'refresh-token-one-use': 'always',
    'allow-non-oidc': true,
    'secret-type': 'pairwise',
    'subject-type': 'public',
    'jwks-show': true,
    'name-claim': 'on-demand',
    'email-claim': 'mandatory',
    'allowed-scope': ['openid', ...scopes],
    'pkce-allowed': true,
    'introspection-revocation-allowed': true,
    'introspection-revocation-allow-target-client': true,
    'device-authorization-expiration': 600,
    'device-authorization-interval': 1,
    'oauth-as-iss-id': true,
    ...Object.fromEntries(enabled),
  };
}

async function authorize(api: string, { url, account }: { readonly url: URL; readonly account: string }): Promise<URL> {
  const send = createVisitor(api);
  await send('POST', '/auth/', { username: account, password });
  await send('PUT', `/auth/grant/${client.client_id}`, { scope: url.searchParams.get('scope') });
  const response = await send('GET', `/glwd/auth${url.search}&g_continue`);
  return new URL(response.headers.get('location') ?? own_return);
}

async function connect(
  api: string,
  wanted: { readonly account: string; readonly scopes: readonly string[]; readonly issuer: string },
): Promise<OauthTokens> {
  const scope = wanted.scopes.join(' ');
  const code_verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: client.client_id, redirect_uri: own_return, scope },
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const url = new URL(`${wanted.issuer}/auth?${query.toString()}`);
  const back = await authorize(api, { url, account: wanted.account });
  const code = back.searchParams.get('code');
  if (code === null) throw new Error(`glewlwyd gave no code: ${back.href}`);
  const answer = await fetch(`${wanted.issuer}/token`, {
    method: 'POST',
    headers: basic,
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: own_return, code_verifier }),
  });
  if (!answer.ok) throw new Error(`glewlwyd answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as OauthTokens;
}
