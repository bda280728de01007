// The seed's authenticated examples, end to end: its tools, a real PostgreSQL, tokens from a real OpenID provider, and the
// toolbox's own unmodified clients.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../../server/src/base/clock.ts';
import { createGoogleAuth } from '../../server/src/kinds/oidc/google-auth.ts';
import { callMcp } from '../support/mcp-request.ts';
import { startOidcProvider } from '../support/oidc-provider.ts';
import type { OidcProvider } from '../support/oidc-provider.ts';
import { runPeer } from '../support/peers.ts';
import { createDatabase, execute } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

/** The seed's documents, word for word but for the connection: authSources, authRequired, an authenticated parameter. */
const tools = (url: URL, issuer: string): string => `
sources:
  my-pg-instance: {kind: postgres, host: 127.0.0.1, port: ${url.port}, database: ${url.pathname.slice(1)}, user: ${url.username}, password: ${decodeURIComponent(url.password)}}
authSources:
  my-google-auth:
    kind: google
    clientId: flights-web
  other-auth-service:
    kind: oidc
    issuer: ${issuer}
    audience: flights-api
tools:
  search_flights_by_user_id:
      kind: postgres-sql
      source: my-pg-instance
      description: Flights of whoever asks.
      statement: |
        SELECT * FROM flights WHERE user_id = $1
      parameters:
        - name: user_id
          type: string
          description: Auto-populated from Google login
          authSources:
            # Refer to one of the \`authSources\` defined
            - name: my-google-auth
            # \`sub\` is the OIDC claim field for user ID
              field: sub
  search_all_flight:
      kind: postgres-sql
      source: my-pg-instance
      description: All flights.
      statement: |
        SELECT * FROM flights ORDER BY id
      # A list of \`authSources\` defined previously
      authRequired:
        - my-google-auth
        - other-auth-service
  search_own_flights_to:
      kind: postgres-sql
      source: my-pg-instance
      description: Own flights to a place.
      statement: SELECT id FROM flights WHERE user_id = $1 AND destination = $2 LIMIT $3
      parameters:
        - {name: user_id, type: string, description: d, authSources: [{name: my-google-auth, field: sub}]}
        - {name: destination, type: string, description: d}
        - {name: limit, type: integer, description: d}
  search_flights_by_number:
      kind: postgres-sql
      source: my-pg-instance
      description: One flight.
      statement: SELECT * FROM flights WHERE id = $1
      parameters: [{name: id, type: integer, description: d}]
  who_am_i:
      kind: postgres-sql
      source: my-pg-instance
      description: Facts about the caller.
      statement: SELECT $1::text AS email, $2::text AS tenant, $3::text AS word
      parameters:
        - {name: email, type: string, description: d, valueFrom: $user.email}
        - {name: tenant, type: string, description: d, valueFrom: $tenant.slug}
        - {name: word, type: string, description: d}
toolsets:
  own: [search_flights_by_user_id, search_own_flights_to]
`;

const schema = `
CREATE TABLE flights (id int PRIMARY KEY, user_id text, destination text);
INSERT INTO flights VALUES (1, 'ada', 'LAX'), (2, 'bob', 'LAX'), (3, 'ada', 'ATH');
`;
const ada = { id: 1, user_id: 'ada', destination: 'LAX' };
const bob = { id: 2, user_id: 'bob', destination: 'LAX' };
const ada2 = { id: 3, user_id: 'ada', destination: 'ATH' };

/** The server's clock is ahead by ten minutes: a token for one minute has expired when it comes. */
const ahead: Clock = { now: () => Date.now() + 600_000, monotonic: () => performance.now() };

let provider: OidcProvider;
let database: TestDatabase;
let server: TestServer;
let token: string;

beforeAll(async () => {
  [provider, database] = await Promise.all([startOidcProvider(), createDatabase()]);
  await execute(database.url, schema);
  const { issuer } = provider;
  server = await startTestServer({
    tools: tools(new URL(database.url), issuer),
    tenants: ['acme'],
    clock: ahead,
    config: { allowed_private: ['127.0.0.1'] },
    // Google's part is played by a provider of our own: who Google is can be said in code only.
    more_kinds: { auth_services: [createGoogleAuth({ issuers: [issuer], jwks_uri: `${issuer}/jwks` })] },
  });
  token = await provider.issueIdToken({ audience: 'flights-web', claims: { sub: 'ada' } });
});
afterAll(async () => {
  await server.stop();
  await Promise.all([provider.stop(), database.drop()]);
});

const call = (tool: string, args: object, headers: Readonly<Record<string, string>> = {}) =>
  server.request('POST', `/v1/tools/${tool}/call`, { body: { arguments: args }, headers });
const google = (value: string): Readonly<Record<string, string>> => ({ 'my-google-auth_token': value });

describe('an authenticated parameter', () => {
  test('comes from the verified token', async () => {
    verifies('DBT-07');
    const { body } = await call('search_flights_by_user_id', {}, google(token));
    expect(body.result.rows).toEqual([ada, ada2]);
    const of_bob = await provider.issueIdToken({ audience: 'flights-web', claims: { sub: 'bob' } });
    expect((await call('search_flights_by_user_id', {}, google(of_bob))).body.result.rows).toEqual([bob]);
  });

  test('A38: cannot be set by the caller, on any surface', async () => {
    verifies('DBT-07');
    const rest = await call('search_flights_by_user_id', { user_id: 'bob' }, google(token));
    expect([rest.status, rest.body.error.code]).toEqual([400, 'arguments_invalid']);
    const native = await server.request('POST', '/api/tool/search_flights_by_user_id/invoke', {
      body: { user_id: 'bob' },
      headers: google(token),
    });
    expect([native.status, native.body.code]).toEqual([400, 'arguments_invalid']);
    const params = { name: 'search_flights_by_user_id', arguments: { user_id: 'bob' } };
    const mcp = await callMcp(
      server,
      { method: 'tools/call', params },
      { headers: { 'mcp-protocol-version': '2025-11-25', ...google(token) } },
    );
    expect(mcp.body.result).toMatchObject({
      isError: true,
      _meta: { 'toolcrib/error': { code: 'arguments_invalid' } },
    });
    expect([rest.text, native.text, mcp.text].join()).not.toMatch(/LAX|ATH/);
  });

  test('is not in the published schemas', async () => {
    const { body } = await server.request('GET', '/v1/tools/search_flights_by_user_id');
    expect(body.input_schema).toMatchObject({ properties: {}, required: [], additionalProperties: false });
    expect(body.tokens).toEqual({ required: [], parameters: { user_id: ['my-google-auth'] } });
  });

  test('may be a fact about the caller of ours, who cannot set it either', async () => {
    verifies('DBT-07');
    const { body } = await call('who_am_i', { word: 'x' });
    expect(body.result.rows).toEqual([{ email: 'owner@acme.example', tenant: 'acme', word: 'x' }]);
    expect((await call('who_am_i', { word: 'x', email: 'root@acme.example' })).status).toBe(400);
  });
});

describe('authRequired', () => {
  test.each([
    ['the first service', 'my-google-auth', 'flights-web'],
    ['the second service', 'other-auth-service', 'flights-api'],
  ])('is content with a token of %s', async (_case, service, audience) => {
    verifies('DBT-08');
    const valid = await provider.issueIdToken({ audience });
    const { status, body } = await call('search_all_flight', {}, { [`${service}_token`]: valid });
    expect([status, body.result.rows]).toEqual([200, [ada, bob, ada2]]);
  });

  test.each([
    ['no token', undefined, 'token_missing', /"my-google-auth" or "other-auth-service"/],
    ['an expired token', { audience: 'flights-web', expires_in_s: 60 }, 'token_expired', /expired/],
    ['a token for another audience', { audience: 'flights-api' }, 'token_refused', /audience/],
  ])('refuses %s and says why', async (_case, wanted, code, reason) => {
    verifies('DBT-08');
    const headers = wanted === undefined ? {} : google(await provider.issueIdToken(wanted));
    const answer = await call('search_all_flight', {}, headers);
    expect([answer.status, answer.body.error.code]).toEqual([401, code]);
    expect(answer.body.error.message).toMatch(reason);
    // A challenge would make clients give up their API key, which is right.
    expect(answer.headers.get('www-authenticate')).toBeNull();
  });

  test('refuses a token with a changed claim, and repeats none of it', async () => {
    verifies('DBT-08');
    const [header, payload = '', signature] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'bob' })).toString('base64url');
    const answer = await call('search_flights_by_user_id', {}, google([header, forged, signature].join('.')));
    expect([answer.status, answer.body.error.code]).toEqual([401, 'token_refused']);
    expect(answer.body.error.message).toContain('signature');
    for (const part of [forged, signature ?? '']) {
      expect(answer.text).not.toContain(part);
      expect(server.log_lines.join('\n')).not.toContain(part);
    }
    expect(server.log_lines.join('\n')).not.toContain(token);
  });

  test('takes no API key of ours for a token, and no token for an API key', async () => {
    verifies('DBT-08');
    expect((await call('search_all_flight', {}, google(server.key))).body.error.code).toBe('token_refused');
    const swapped = await server.request('POST', '/v1/tools/search_all_flight/call', { body: {}, key: token });
    expect([swapped.status, swapped.body.error.code]).toEqual([401, 'unauthenticated']);
  });
});

test.each([
  ['@toolbox-sdk/core', '2024-11-05'],
  ['@toolbox-sdk/core', '2025-03-26'],
  ['@toolbox-sdk/core', '2025-06-18'],
  ['@toolbox-sdk/core', '2025-11-25'],
  ['@toolbox-sdk/core', '2026-07-28'],
  ['toolbox-core-0.1', 'native'],
])('%s sends its tokens over %s', async (client, protocol) => {
  verifies('DBT-07', 'DBT-08', 'DBT-10');
  const expired = await provider.issueIdToken({ audience: 'flights-web', expires_in_s: 60 });
  const other = await provider.issueIdToken({ audience: 'flights-api' });
  const args = [client, server.url, server.key, protocol, token, expired, other];
  const run = await runPeer('use-toolbox-tokens.js', args);
  expect(run.code, run.stderr).toBe(0);
  expect(JSON.parse(run.stdout)).toEqual({
    parameters: [],
    own: [ada, ada2],
    own_late: [ada, ada2],
    own_as_another: expect.stringMatching(/^refused: .*user_id/s),
    own_expired: expect.stringMatching(/^refused: .*expired/s),
    // The clients want a token of every service that is named, although one is enough for the server, and for the peer.
    required: expect.stringContaining('other-auth-service'),
    required_both: [ada, bob, ada2],
    required_without_token: expect.stringMatching(/^refused: .*my-google-auth/s),
    // One row is one text item, which the clients do not put into a list.
    mixed: protocol === 'native' ? [{ id: 1 }] : { id: 1 },
    mixed_parameters: ['destination'],
    toolset: ['search_flights_by_user_id', 'search_own_flights_to'],
    unused_token: 'refused',
  });
});
