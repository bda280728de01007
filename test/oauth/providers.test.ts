// What real providers do in their own way, spoken by small servers as their documentation says, to the definitions that come
// with the server: only the addresses lead elsewhere.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { guardedFetch } from '../../server/src/base/guarded-fetch.ts';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import { loadProviders } from '../../server/src/catalog/load-providers.ts';
import { createProviderEndpoint } from '../../server/src/credentials/oauth/endpoint.ts';
import type { ProviderAt } from '../../server/src/credentials/oauth/endpoint.ts';
import type { Provider, Providers } from '../../server/src/credentials/oauth/provider.ts';

const http = createHttpClient({ allowed_private: ['127.0.0.1'] });
const endpoint = createProviderEndpoint({
  fetchFor: () => guardedFetch(http),
  clock: { ...systemClock, now: () => 1_000_000 },
});
const redirect_uri = 'https://tools.example/oauth/callback/x';

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body: unknown;
}

let providers: Providers;
let origin = '';
let seen: Seen[] = [];
let answers: Readonly<Record<string, Answer>> = {};

const server = createServer((request, response) => void answer(request, response));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const { method = '', url = '', headers } = request;
  seen.push({ method, path: url, authorization: headers.authorization, body });
  const found = answers[url.replace(/\?.*/, '')] ?? { status: 404, body: {} };
  const { status = 200, type = 'application/json' } = found;
  response.writeHead(status, { 'content-type': type });
  response.end(typeof found.body === 'string' ? found.body : JSON.stringify(found.body));
}

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = fileURLToPath(new URL('../../server/providers', import.meta.url));
  providers = await loadProviders({ paths: [folder], environment: () => undefined });
});
beforeEach(() => {
  seen = [];
  answers = {};
});
afterAll(async () => {
  await http.close();
  server.close();
  server.closeAllConnections();
});

/** The definition with every address of the provider leading to the local server; the paths stay. */
function at(name: string, options: Readonly<Record<string, string>> = {}): ProviderAt {
  const text = JSON.stringify(providers.get(name)).replaceAll(/https:\/\/[^/"]+\/?/g, `${origin}/`);
  const provider = JSON.parse(text) as Provider;
  return { tenant_id: 'any', provider, client: { client_id: 'our-id', client_secret: 'our-secret', options } };
}

function exchange(where: ProviderAt, iss?: string) {
  const query = new URLSearchParams({ code: 'the-code', state: 'the-state', ...(iss === undefined ? {} : { iss }) });
  const verifier = where.provider.oauth?.pkce === false ? undefined : 'v'.repeat(43);
  return endpoint.exchangeCode(where, {
    query,
    redirect_uri,
    state: 'the-state',
    code_verifier: verifier,
    nonce: undefined,
  });
}

const problemOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'none',
    (thrown: unknown) => Reflect.get(thrown as object, 'problem'),
  );

describe('github', () => {
  it('answers a code with scopes separated by commas; the account and the life of the token are asked of its API', async () => {
    answers = {
      '/login/oauth/access_token': { body: { access_token: 'gho_1', scope: 'repo,gist', token_type: 'bearer' } },
      '/user': { body: { login: 'octocat' } },
    };
    const grant = await exchange(at('github'), `${origin}/login/oauth`);
    expect(grant).toEqual({
      ...{ access_token: 'gho_1', scopes: ['repo', 'gist'], expires_at: null, account: null, fields: {} },
    });
    expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toEqual({
      ...{ redirect_uri, code_verifier: 'v'.repeat(43), code: 'the-code', grant_type: 'authorization_code' },
      ...{ client_id: 'our-id', client_secret: 'our-secret' },
    });
    expect(await endpoint.accountOf(at('github'), grant)).toBe('octocat');
    expect(await endpoint.isAlive(at('github'), 'gho_1')).toBe(true);
    expect(seen.at(-1)?.authorization).toBe('Bearer gho_1');
  });

  it('says errors with status 200, in its own words', async () => {
    const say = (error: string): void => {
      answers = { '/login/oauth/access_token': { body: { error, error_description: 'marked text' } } };
    };
    for (const [error, problem] of [
      ['bad_verification_code', 'invalid_grant'],
      ['incorrect_client_credentials', 'invalid_client'],
      ['redirect_uri_mismatch', 'redirect_mismatch'],
      ['something_new', 'refused'],
    ] as const) {
      say(error);
      expect([error, await problemOf(exchange(at('github')))]).toEqual([error, problem]);
    }
    say('bad_refresh_token');
    const error: unknown = await endpoint.refreshGrant(at('github'), 'ghr_1').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'provider_failed', problem: 'invalid_grant' });
    expect(JSON.stringify([error, String((error as Error).cause)])).not.toContain('marked text');
  });

  it('answers as a form where it does not hear what is accepted', async () => {
    answers = {
      '/login/oauth/access_token': {
        type: 'application/x-www-form-urlencoded; charset=utf-8',
        body: 'access_token=gho_2&expires_in=28800&refresh_token=ghr_2&scope=&token_type=bearer',
      },
    };
    expect(await exchange(at('github'))).toMatchObject({
      ...{ access_token: 'gho_2', refresh_token: 'ghr_2', scopes: null, expires_at: 1_000_000 + 28_800_000 },
    });
  });

  it('ends a grant by a request of its own', async () => {
    answers = { '/applications/our-id/grant': { status: 204, body: '' }, '/user': { status: 401, body: {} } };
    expect(await endpoint.revokeToken(at('github'), { access_token: 'gho_1' })).toBe('asked');
    const basic = `Basic ${Buffer.from('our-id:our-secret').toString('base64')}`;
    expect(seen[0]).toEqual({
      ...{ method: 'DELETE', path: '/applications/our-id/grant', authorization: basic },
      body: '{"access_token":"gho_1"}',
    });
    expect(await endpoint.isAlive(at('github'), 'gho_1')).toBe(false);
  });
});

describe('slack', () => {
  const token = { id: 'U1', scope: 'chat:write,users:read', access_token: 'xoxp-1', token_type: 'user' };

  it('is asked for the scopes of the person, not of a bot', async () => {
    const wanted = {
      redirect_uri,
      state: 's',
      scopes: ['users:read', 'chat:write'],
      code_verifier: undefined,
      nonce: undefined,
    };
    const url = await endpoint.authorizationUrl(at('slack'), wanted);
    expect(url.searchParams.get('user_scope')).toBe('users:read,chat:write');
    expect(url.searchParams.has('scope')).toBe(false);
  });

  it("nests the person's token beside the bot's", async () => {
    const body = { ok: true, access_token: 'xoxb-bot', token_type: 'bot', scope: 'commands', authed_user: token };
    answers = { '/api/oauth.v2.access': { body }, '/api/auth.test': { body: { ok: true, user: 'ada' } } };
    const grant = await exchange(at('slack'));
    expect(grant).toMatchObject({ access_token: 'xoxp-1', scopes: ['chat:write', 'users:read'] });
    expect(await endpoint.accountOf(at('slack'), grant)).toBe('ada');
  });

  it('answers a refresh at the top', async () => {
    const body = {
      ok: true,
      access_token: 'xoxe.xoxp-2',
      refresh_token: 'xoxe-2',
      expires_in: 43_200,
      token_type: 'user',
    };
    answers = { '/api/oauth.v2.access': { body } };
    expect(await endpoint.refreshGrant(at('slack'), 'xoxe-1')).toMatchObject({
      ...{ access_token: 'xoxe.xoxp-2', refresh_token: 'xoxe-2', expires_at: 1_000_000 + 43_200_000 },
    });
  });

  it('says everything with status 200', async () => {
    answers = { '/api/oauth.v2.access': { body: { ok: false, error: 'invalid_code' } } };
    expect(await problemOf(exchange(at('slack')))).toBe('invalid_grant');
    answers = { '/api/auth.test': { body: { ok: false, error: 'token_revoked' } } };
    expect(await endpoint.isAlive(at('slack'), 'xoxp-1')).toBe(false);
    answers = { '/api/auth.revoke': { body: { ok: true, revoked: true } } };
    expect(await endpoint.revokeToken(at('slack'), { access_token: 'xoxp-1' })).toBe('asked');
    answers = { '/api/auth.revoke': { body: { ok: false, error: 'fatal_error' } } };
    expect(await problemOf(endpoint.revokeToken(at('slack'), { access_token: 'xoxp-1' }))).toBe('refused');
  });
});

describe('others', () => {
  it('salesforce names the address of its API with the token', async () => {
    const body = {
      access_token: '00D',
      instance_url: 'https://acme.my.salesforce.com',
      token_type: 'Bearer',
      scope: 'api',
    };
    answers = { '/services/oauth2/token': { body } };
    const grant = await exchange(at('salesforce', { host: 'login.salesforce.com' }));
    expect(grant.fields).toEqual({ instance_url: 'https://acme.my.salesforce.com' });
    expect(grant.expires_at).toBeNull();
  });

  it('notion names the account with the token, and has no scopes, no PKCE, no end', async () => {
    const owner = { type: 'user', user: { person: { email: 'ada@acme.example' } } };
    const body = { access_token: 'ntn_1', token_type: 'bearer', refresh_token: null, workspace_name: 'Acme', owner };
    answers = { '/v1/oauth/token': { body } };
    const grant = await exchange(at('notion'));
    expect(grant).toMatchObject({ account: 'ada@acme.example', scopes: null, expires_at: null });
    expect('refresh_token' in grant).toBe(false);
    expect(seen[0]?.authorization).toMatch(/^Basic /);
    expect(seen[0]?.body).not.toContain('code_verifier');
  });

  it('hubspot takes our registration in the body, and its words for errors', async () => {
    answers = {
      '/oauth/2026-03/token/introspect': { body: { active: true, user: 'ada@acme.example', hub_id: 62515 } },
    };
    expect(await endpoint.accountOf(at('hubspot'), { access_token: 'a', account: null })).toBe('ada@acme.example');
    expect(seen[0]?.body).toContain('client_secret=our-secret');
    answers = {
      '/oauth/2026-03/token': { status: 400, body: { error: 'invalid_grant', status: 'BAD_REFRESH_TOKEN' } },
    };
    expect(await problemOf(endpoint.refreshGrant(at('hubspot'), 'r'))).toBe('invalid_grant');
  });

  it('microsoft cannot be asked to end a grant', async () => {
    expect(await endpoint.revokeToken(at('microsoft', { directory: 'common' }), { access_token: 'a' })).toBe(
      'impossible',
    );
    expect(seen).toEqual([]);
  });
});

describe('every provider', () => {
  it.each([
    ['fails', { status: 503, body: {} }, 'unreachable'],
    ['has too much to do', { status: 429, body: {} }, 'unreachable'],
    ['answers with a page', { type: 'text/html', body: '<h1>Hello</h1>' }, 'malformed'],
    ['answers with a list', { body: [] }, 'malformed'],
    ['answers with no token', { body: { token_type: 'bearer' } }, 'malformed'],
    ['answers with a token that is none', { body: { access_token: 7, token_type: 'bearer' } }, 'malformed'],
    ['answers with another type of token', { body: { access_token: 'a', token_type: 'mac' } }, 'malformed'],
    ['redirects', { status: 302, body: '' }, 'malformed'],
  ])('that %s is told apart', async (_case, said, problem) => {
    answers = { '/oauth2/token': said };
    expect(await problemOf(endpoint.refreshGrant(at('dropbox'), 'r'))).toBe(problem);
  });

  it('is not asked where the server must not go', async () => {
    const { provider, ...where } = at('dropbox');
    const inside = JSON.parse(JSON.stringify(provider).replaceAll(origin, 'https://169.254.169.254')) as Provider;
    await expect(endpoint.refreshGrant({ ...where, provider: inside }, 'r')).rejects.toMatchObject({
      code: 'address_refused',
    });
    expect(await endpoint.isAlive({ ...where, provider: inside }, 'a')).toBeUndefined();
  });
});
