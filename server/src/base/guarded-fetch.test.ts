import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLocalHttp } from '../../../test/support/local-http.ts';
import type { LocalHttp } from '../../../test/support/local-http.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { createHttpClient } from './http-client.ts';

let site: LocalHttp;
const http = createHttpClient({ allowed_private: ['127.0.0.1'] });
const send = guardedFetch(http);

beforeAll(async () => {
  site = await startLocalHttp(({ path }, response) => {
    if (path === '/redirect') response.writeHead(302, { location: '/' }).end();
    else if (path === '/nothing') response.writeHead(204).end();
    else if (path === '/strange') response.writeHead(799).end();
    else response.writeHead(200, { 'content-type': 'application/json', 'x-one': 'a' }).end('{"a":1}');
  });
});
afterAll(async () => {
  await Promise.all([http.close(), site.close()]);
});

test('is a fetch: headers, JSON, address', async () => {
  const response = await send(`${site.url}/x?y=1`);
  expect([response.status, response.ok, response.url]).toEqual([200, true, `${site.url}/x?y=1`]);
  expect([response.headers.get('x-one'), await response.json()]).toEqual(['a', { a: 1 }]);
});

test('sends what libraries send: a form, text, and no header of the connection', async () => {
  const headers = new Headers({ accept: 'application/json', host: 'evil.example', 'content-length': '1' });
  await send(new URL(site.url), { method: 'post', headers, body: new URLSearchParams({ a: 'b c' }) });
  await send(site.url, { method: 'PUT', headers: { 'content-type': 'text/x' }, body: 'text' });
  const [form, text] = site.requests.slice(-2);
  expect(form).toMatchObject({ method: 'POST', body: 'a=b+c', headers: { accept: 'application/json' } });
  expect(form?.headers).toMatchObject({
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
    host: new URL(site.url).host,
  });
  expect(text).toMatchObject({ method: 'PUT', body: 'text', headers: { 'content-type': 'text/x' } });
});

describe('what is not followed, not reached, not sent', () => {
  test('a redirection is the answer', async () => {
    const response = await send(`${site.url}/redirect`);
    expect([response.status, response.headers.get('location')]).toEqual([302, '/']);
  });

  test('an answer without a body, and one that fetch does not know', async () => {
    expect([(await send(`${site.url}/nothing`)).status, await (await send(`${site.url}/nothing`)).text()]).toEqual([
      204,
      '',
    ]);
    await expect(send(`${site.url}/strange`)).rejects.toMatchObject({ code: 'upstream_unavailable' });
  });

  test('A05: a private address', async () => {
    const strict = createHttpClient({ allowed_private: [] });
    await expect(guardedFetch(strict)(site.url)).rejects.toMatchObject({ code: 'address_refused' });
    await strict.close();
  });

  test('a signal, a body of another kind', async () => {
    await expect(send(site.url, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    await expect(send(site.url, { method: 'POST', body: new FormData() })).rejects.toThrow(TypeError);
  });
});
