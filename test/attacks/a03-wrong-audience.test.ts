// A03: what proves somebody at one place proves nothing at another. A key names its tenant in its text, so the text of one
// tenant with the secret of another is tried; a key is no session and a session no key; a token for another audience is
// refused; and nothing that came with the request goes on to a service.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { callMcp } from '../support/mcp-request.ts';
import { startOidcProvider } from '../support/oidc-provider.ts';
import type { OidcProvider } from '../support/oidc-provider.ts';
import { createDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { makeSession } from '../support/sessions.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

const tools = (service: string, issuer: string): string => `
sources:
  service: {kind: http, baseUrl: "${service}"}
authServices:
  our-issuer: {kind: oidc, issuer: "${issuer}", audience: our-api}
tools:
  ask_service: {kind: http, source: service, method: GET, path: /asked, description: Asks.}
  ask_vouched: {kind: http, source: service, method: GET, path: /asked, description: Asks., authRequired: [our-issuer]}
`;

describe('A03 a proof that was made for another place', () => {
  let database: TestDatabase;
  let service: LocalHttp;
  let provider: OidcProvider;
  let toolcrib: TestServer;
  let session: string;

  beforeAll(async () => {
    database = await createDatabase();
    provider = await startOidcProvider();
    service = await startLocalHttp((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}'),
    );
    toolcrib = await startTestServer({
      tools: tools(service.url, provider.issuer),
      tenants: ['acme', 'other'],
      config: { database_url: database.url, allowed_private: ['127.0.0.1'] },
    });
    const { body: me } = await toolcrib.request('GET', '/v1/me');
    session = await makeSession(database.url, { tenant_id: me.tenant.id, user_id: me.user.id });
  });
  afterAll(async () => {
    await toolcrib.stop();
    await service.close();
    await provider.stop();
    await database.drop();
  });

  const call = (headers: Readonly<Record<string, string>>, tool = 'ask_service') =>
    toolcrib.request('POST', `/v1/tools/${tool}/call`, { body: {}, key: '', headers });

  test("a key's secret with another tenant's name in the text is no key", async () => {
    verifies('TEN-01');
    const [, , secret] = (toolcrib.keys['acme'] ?? '').split('_');
    const [prefix, tenant] = (toolcrib.keys['other'] ?? '').split('_');
    const unknown = await call({ authorization: `Bearer ${toolcrib.keys['acme']?.slice(0, -4)}zzzz` });
    const moved = await call({ authorization: `Bearer ${prefix}_${tenant}_${secret}` });
    expect([moved.status, moved.body.error]).toEqual([401, unknown.body.error]);
  });

  test('a session is no key and a key no session, on any surface', async () => {
    const key = toolcrib.keys['acme'] ?? '';
    const own = { origin: toolcrib.url, 'sec-fetch-site': 'same-origin' };
    expect((await call({ cookie: `__Host-toolcrib=${session}`, ...own })).status).toBe(200);
    const tries: readonly Readonly<Record<string, string>>[] = [
      { authorization: `Bearer ${session}` },
      { authorization: `Session ${key}` },
      { cookie: `__Host-toolcrib=${key}`, ...own },
      { cookie: `toolcrib=${session}`, ...own },
    ];
    for (const headers of tries) expect([headers, (await call(headers)).status]).toEqual([headers, 401]);
    for (const path of ['/mcp', '/api/toolset/']) {
      const method = path === '/mcp' ? 'POST' : 'GET';
      const body = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
      const headers = { cookie: `__Host-toolcrib=${session}`, ...own };
      const answer = await toolcrib.request(method, path, { key: '', headers, ...(method === 'POST' && { body }) });
      expect([path, answer.status]).toEqual([path, 401]);
    }
  });

  test('a token for another audience does not vouch', async () => {
    const ours = await provider.issueIdToken({ audience: 'our-api' });
    const theirs = await provider.issueIdToken({ audience: 'another-api' });
    const authorization = `Bearer ${toolcrib.keys['acme']}`;
    expect((await call({ authorization, 'our-issuer_token': ours }, 'ask_vouched')).status).toBe(200);
    const refused = await call({ authorization, 'our-issuer_token': theirs }, 'ask_vouched');
    expect([refused.status, refused.body.error.code]).toEqual([401, 'token_refused']);
    const as_key = await call({ authorization: `Bearer ${ours}` }, 'ask_vouched');
    expect(as_key.status).toBe(401);
  });

  test('nothing that proves the caller to us goes on to a service', async () => {
    const before = service.requests.length;
    const token = await provider.issueIdToken({ audience: 'our-api' });
    const authorization = `Bearer ${toolcrib.keys['acme']}`;
    await call({ authorization, 'our-issuer_token': token, cookie: 'a=b', 'x-extra': 'mark-1' }, 'ask_vouched');
    await callMcp(toolcrib, { method: 'tools/call', params: { name: 'ask_service', arguments: {} } });
    const seen = service.requests.slice(before);
    expect(seen).toHaveLength(2);
    const text = JSON.stringify(seen);
    for (const secret of [toolcrib.keys['acme'] ?? '', token, 'mark-1', 'a=b']) expect(text).not.toContain(secret);
    for (const { headers } of seen) expect(headers.authorization).toBeUndefined();
  });
});
