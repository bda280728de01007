// A32, the part of cookies: what a page of somebody else can make a signed-in browser do here. (Host names: outgoing and CORS
// tests.) A browser sends the cookie by itself, and says by itself where a request comes from.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../server/src/surfaces/rest/operations.ts';
import { addPerson, browse, csrfOf, goodPassword, signIn } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let toolcrib: TestServer;
let victim: TestPerson;
let attacker: TestPerson;

beforeAll(async () => {
  toolcrib = await startTestServer({ config: { allowed_origins: ['https://partner.example'] } });
  victim = await addPerson(toolcrib, { email: 'victim@x.example', role: 'admin' });
  attacker = await addPerson(toolcrib, { email: 'attacker@x.example' });
});
afterAll(() => toolcrib.stop());

/** What a browser says of a request that a page elsewhere causes. */
const foreign = [
  ['a page of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  [
    'a page of a partner that may call with keys',
    { origin: 'https://partner.example', 'sec-fetch-site': 'cross-site' },
  ],
  ['a page on another port of this machine', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
  ['the same in an old browser', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': undefined }],
  ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['whoever hides where it is', { origin: undefined, 'sec-fetch-site': undefined }],
  ['a page that only claims the method', { origin: undefined, 'sec-fetch-site': 'cross-site' }],
] as const;

const forms = (): readonly (readonly [string, Readonly<Record<string, string>>])[] => [
  ['/sign-in', { organisation: 'default', email: attacker.email, password: goodPassword }],
  ['/sign-out', {}],
  ['/account/password', { old: goodPassword, password: 'of the attacker', again: 'of the attacker' }],
  ['/account/sessions/00000000-0000-7000-8000-000000000000/end', {}],
];

describe('A32 cross-site requests', () => {
  test.each(foreign)('%s posts no form of ours, even with the right csrf field', async (_name, headers) => {
    const csrf = csrfOf(await browse(toolcrib, 'GET', '/account', { cookie: victim.cookie }));
    for (const [path, form] of forms()) {
      const options = { cookie: victim.cookie, form: { ...form, csrf }, headers };
      const answer = await browse(toolcrib, 'POST', path, options);
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect((await browse(toolcrib, 'GET', '/account', { cookie: victim.cookie })).status).toBe(200);
  });

  test.each(foreign)('%s changes nothing over REST: every operation that is no GET', async (_name, sent) => {
    const headers = Object.fromEntries(
      Object.entries({ ...sent, cookie: victim.cookie }).filter(([, value]) => value !== undefined),
    ) as Record<string, string>;
    const changing = operations.filter(({ method, guard }) => method !== 'GET' && guard.kind !== 'public');
    expect(changing.length).toBeGreaterThan(10);
    for (const { method, path } of changing) {
      const url = path.replaceAll(/\{\w+\}/g, victim.user_id);
      const answer = await toolcrib.request(method, url, { key: '', headers, body: {} });
      expect([path, answer.status]).toEqual([path, 403]);
      expect(['request_forged', 'origin_refused']).toContain(answer.body.error.code);
    }
  });

  test('a form of a foreign page is not taken for JSON', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const headers = { cookie: victim.cookie, origin: toolcrib.url, 'content-type': type };
      const answer = await toolcrib.request('POST', '/v1/keys', { key: '', headers, raw: '{"name":"x"}' });
      expect(answer.status).toBe(415);
    }
  });

  test('no page of another origin reads an answer that was got with the cookie', async () => {
    for (const origin of ['https://evil.example', 'https://partner.example', 'http://127.0.0.1:1']) {
      const headers = { cookie: victim.cookie, origin };
      const answer = await toolcrib.request('GET', '/v1/me', { key: '', headers });
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  test('the csrf field of another session, and none, are refused', async () => {
    const theirs = csrfOf(await browse(toolcrib, 'GET', '/account', { cookie: attacker.cookie }));
    for (const csrf of [theirs, '', 'x'.repeat(43)]) {
      for (const [path, form] of forms().slice(1)) {
        const answer = await browse(toolcrib, 'POST', path, { cookie: victim.cookie, form: { ...form, csrf } });
        expect([path, answer.status]).toEqual([path, 403]);
      }
    }
  });

  test('a cookie that was put beside ours makes neither count', async () => {
    const cookie = `${attacker.cookie}; ${victim.cookie}`;
    expect((await browse(toolcrib, 'GET', '/account', { cookie })).status).toBe(303);
  });

  test('a session text is no API key, and an API key no cookie', async () => {
    const [, text = ''] = victim.cookie.split('=');
    expect((await toolcrib.request('GET', '/v1/me', { key: text })).status).toBe(401);
    const cookie = `__Host-toolcrib=${victim.key}`;
    expect((await toolcrib.request('GET', '/v1/me', { key: '', headers: { cookie } })).status).toBe(401);
  });

  test('a page of ours lists and calls tools with the cookie', async () => {
    const headers = { cookie: victim.cookie, origin: toolcrib.url };
    const list = await toolcrib.request('GET', '/v1/tools', { key: '', headers: { cookie: victim.cookie } });
    expect(list.status).toBe(200);
    const args = { arguments: { airline: 'CY', flight_number: '888' } };
    const path = '/v1/tools/search_flights_by_number/call';
    expect((await toolcrib.request('POST', path, { key: '', headers, body: args })).status).toBe(200);
  });

  test('the cookie opens REST only: not MCP, not the toolbox API, whose clients are no pages of ours', async () => {
    const headers = { cookie: victim.cookie, origin: toolcrib.url, accept: 'application/json, text/event-stream' };
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
    const mcp = await toolcrib.request('POST', '/mcp', { key: '', headers, body: list });
    expect(mcp.text).not.toContain('search_flights_by_number');
    const call = { airline: 'CY', flight_number: '888' };
    const path = '/api/tool/search_flights_by_number/invoke';
    expect((await toolcrib.request('POST', path, { key: '', headers, body: call })).status).toBe(401);
  });
});

describe('A32 session fixation', () => {
  test('a session that somebody else put into the browser does not become the person’s', async () => {
    const form = { organisation: 'default', email: victim.email, password: goodPassword };
    const answer = await signIn(toolcrib, form, { cookie: attacker.cookie });
    expect(answer.status).toBe(303);
    const account = await browse(toolcrib, 'GET', '/account', { cookie: attacker.cookie });
    expect(account.status).toBe(303);
    attacker = { ...attacker, cookie: '' };
  });

  test.each(['ts_abc_def', `ts_${'0'.repeat(25)}_${'0'.repeat(50)}`, '', '%00'])(
    'the value %j is never taken over',
    async (text) => {
      const form = { organisation: 'default', email: victim.email, password: goodPassword };
      const answer = await signIn(toolcrib, form, { cookie: `__Host-toolcrib=${text}` });
      expect(answer.headers.getSetCookie().join()).toMatch(/^__Host-toolcrib=ts_\w{50,}; /);
    },
  );
});

describe('A32 open redirect', () => {
  test.each([
    ...['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil.example', '/.//evil.example'],
    ...['javascript:alert(1)', ' /account', '/a/..//evil.example', '\\\\evil.example', `/${'x'.repeat(3_000)}`],
  ])('next=%j leads to the account page', async (next) => {
    const form = { organisation: 'default', email: victim.email, password: goodPassword, next };
    expect((await signIn(toolcrib, form)).headers.get('location')).toBe('/account');
    const page = await browse(toolcrib, 'GET', `/sign-in?next=${encodeURIComponent(next)}`);
    expect(page.text).toContain('name="next" value="/account"');
  });
});

describe('A32 clickjacking', () => {
  test('no page of ours can be shown in a frame, kept by a cache or told to another site', async () => {
    const { url } = (await toolcrib.request('POST', '/v1/invitations', { body: { email: 'new@x.example' } })).body;
    const { cookie } = victim;
    for (const [path, options] of [
      ['/sign-in', {}],
      ['/account', { cookie }],
      ['/account/password', { cookie }],
      [new URL(url).pathname, {}],
      ['/invitations/unknown', {}],
    ] as const) {
      const { headers, status } = await browse(toolcrib, 'GET', path, options);
      expect([path, status]).toEqual([path, path.endsWith('unknown') ? 404 : 200]);
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('same-origin');
    }
  });
});
