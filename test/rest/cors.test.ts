// CORS, asked by a real browser: pages of the origins that are configured call the API with a key, others cannot.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import type { TestBrowser } from '../support/browser.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

let site: LocalHttp;
let toolcrib: TestServer;

beforeAll(async () => {
  site = await startLocalHttp((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>An application</title>');
  });
  toolcrib = await startTestServer({ config: { allowed_origins: [`http://app.test:${site.port}`] } });
});
afterAll(async () => {
  await Promise.all([toolcrib.stop(), site.close()]);
});

interface Wanted {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly credentials?: 'include';
}

/** What a script of the page gets; the browser tells a script nothing of why it was refused. */
function call(page: Page, { path, ...init }: Wanted): Promise<{ status: number; text: string; headers: string[] }> {
  return page.evaluate(
    async ([url, options]) => {
      try {
        const response = await fetch(url, options);
        return { status: response.status, text: await response.text(), headers: [...response.headers.keys()] };
      } catch (error) {
        return { status: 0, text: String(error), headers: [] };
      }
    },
    [`${toolcrib.url}${path}`, init] as const,
  );
}

const json = { 'content-type': 'application/json' };
const withKey = () => ({ authorization: `Bearer ${toolcrib.key}` });

// Skipped: where there is no browser and none can be installed.
describe.skipIf(!hasBrowser())('in a browser', () => {
  let browser: TestBrowser;
  let page: Page;
  let foreign: Page;

  beforeAll(async () => {
    browser = await openBrowser();
    page = await browser.newPerson();
    await page.goto(`http://app.test:${site.port}/`);
    foreign = await browser.newPerson();
    await foreign.goto(`http://other.test:${site.port}/`);
  });
  afterAll(() => browser.close());

  test('a page of a configured origin calls tools over every interface, with the headers that clients send', async () => {
    verifies('OAU-06');
    const body = JSON.stringify({ arguments: {} });
    const called = await call(page, {
      path: '/v1/tools/nowhere/call',
      method: 'POST',
      headers: { ...json, ...withKey(), 'My-Service_token': 'x' },
      body,
    });
    expect(called).toMatchObject({ status: 404, text: expect.stringContaining('tool_not_found') });
    expect(called.headers).toContain('x-request-id');
    expect(await call(page, { path: '/v1/tools', headers: withKey() })).toMatchObject({ status: 200 });
    expect(await call(page, { path: '/openapi.json' })).toMatchObject({ status: 200 });
    expect(await call(page, { path: '/api/toolset', headers: withKey() })).toMatchObject({ status: 200 });
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
    const mcp = await call(page, {
      path: '/mcp',
      method: 'POST',
      headers: {
        ...json,
        ...withKey(),
        'mcp-protocol-version': '2025-06-18',
        'mcp-session-id': 'x',
        'last-event-id': '1',
      },
      body: JSON.stringify(message),
    });
    expect(mcp).toMatchObject({ status: 200, text: expect.stringContaining('"tools"') });
  });

  test('it reads why it was refused', async () => {
    const refused = await call(page, { path: '/v1/me' });
    expect(refused).toMatchObject({
      status: 401,
      headers: expect.arrayContaining(['www-authenticate', 'x-request-id']),
    });
    const deleted = await call(page, { path: '/v1/keys/x', method: 'DELETE', headers: withKey() });
    expect(deleted).toMatchObject({ status: 404 });
  });

  test('A32: it sends no cookie along and reads no page that people use', async () => {
    expect(await call(page, { path: '/v1/me', credentials: 'include' })).toMatchObject({ status: 0 });
    expect(await call(page, { path: '/' })).toMatchObject({ status: 0 });
    expect(await call(page, { path: '/v1/me', headers: { 'x-unknown': 'x' } })).toMatchObject({ status: 0 });
    expect(await call(page, { path: '/v1/me', method: 'PUT' })).toMatchObject({ status: 0 });
  });

  test.each(['localhost', '127.0.0.1'])('A32: neither does another program of this machine, under %s', async (name) => {
    const neighbour = await browser.newPerson();
    await neighbour.goto(`http://${name}:${site.port}/`);
    for (const path of ['/v1/tools', '/openapi.json'])
      expect(await call(neighbour, { path, headers: withKey() })).toMatchObject({ status: 0 });
    expect(await call(neighbour, { path: '/openapi.json' })).toMatchObject({ status: 0 });
  });

  test('A32: a page of another origin gets nothing, and no change of its is done', async () => {
    verifies('OAU-06');
    const before = await toolcrib.request('GET', '/v1/keys');
    for (const path of ['/v1/tools', '/openapi.json', '/healthz'])
      expect(await call(foreign, { path, headers: withKey() })).toMatchObject({ status: 0 });
    const create = { path: '/v1/keys', method: 'POST', body: '{"name":"x"}' };
    expect(await call(foreign, { ...create, headers: { ...json, ...withKey() } })).toMatchObject({ status: 0 });
    expect(await call(foreign, { ...create, headers: { 'content-type': 'text/plain' } })).toMatchObject({ status: 0 });
    expect((await toolcrib.request('GET', '/v1/keys')).body).toEqual(before.body);
  });
});

describe('on the wire', () => {
  const origin = () => `http://app.test:${site.port}`;
  const preflight = (headers: Readonly<Record<string, string>>, path = '/v1/keys') =>
    fetch(`${toolcrib.url}${path}`, { method: 'OPTIONS', headers });
  /** In the order of their names (Fetch §5.1). */
  const cors = (headers: Headers) => [...headers].filter(([name]) => name.startsWith('access-control-'));

  test('a preflight is answered for one method, and says nothing of credentials', async () => {
    const asked = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,a_token,b',
    };
    const answer = await preflight({ origin: origin(), ...asked });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('vary')).toBe('origin');
    expect(cors(answer.headers)).toEqual([
      [
        'access-control-allow-headers',
        'authorization, content-type, last-event-id, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name, a_token',
      ],
      ['access-control-allow-methods', 'POST'],
      ['access-control-allow-origin', origin()],
      ['access-control-expose-headers', 'x-request-id, retry-after, mcp-session-id, www-authenticate'],
      ['access-control-max-age', '600'],
    ]);
  });

  test.each([
    ['another origin', 403, { origin: 'http://other.test', 'access-control-request-method': 'POST' }],
    ['the same name on another port', 403, { origin: 'http://app.test', 'access-control-request-method': 'POST' }],
    ['the origin null', 403, { origin: 'null', 'access-control-request-method': 'POST' }],
    ['no origin', 405, { 'access-control-request-method': 'POST' }],
  ])('%s gets %s and no header of CORS', async (_name, status, headers) => {
    const answer = await preflight(headers);
    expect([answer.status, cors(answer.headers)]).toEqual([status, []]);
  });

  test.each([
    ['a method that is not there', '/v1/keys', 'PUT', 405],
    ['a path that is not there', '/v1/nowhere', 'GET', 404],
    ['a page', '/docs', 'GET', 405],
  ])('a configured origin gets nothing for %s', async (_name, path, method, status) => {
    const answer = await preflight({ origin: origin(), 'access-control-request-method': method }, path);
    expect([answer.status, cors(answer.headers)]).toEqual([status, []]);
  });

  test('without an origin there is no header of CORS', async () => {
    const answer = await toolcrib.request('GET', '/v1/me');
    expect([cors(answer.headers), answer.headers.get('vary')]).toEqual([[], null]);
  });
});
