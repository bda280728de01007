// The application against a server of the protocol that is as small as can be.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { createApp } from '../create-app.ts';
import { createToolcall } from '../toolcall.ts';

const person = { persnr: 'p-1', firstName: '<b>Ann</b>', lastName: 'Bee', exam: 'safety', exam_kind: 'start' };
const start_data = { ...person, extra_time: true, system: 'signed.reference' };

let server: Server;
let app: Server;
let url = '';
/** What became of the token "good", and what the server fetched when it was told of a result. */
let redeemed = false;
let reachable = true;
const results: unknown[] = [];

before(async () => {
  server = createServer(
    (request, response) =>
      void serve(request.url ?? '', request.headers).then(([status, body]) =>
        response.writeHead(status).end(JSON.stringify(body)),
      ),
  );
  const server_url = await listen(server);
  app = createApp({ toolcall: createToolcall({ server: server_url, client: 'exams' }), announce: 'server' });
  url = await listen(app);

  async function serve(path: string, headers: Readonly<Record<string, unknown>>): Promise<[number, unknown]> {
    const { pathname, searchParams } = new URL(path, server_url);
    if (pathname === '/.api/toolcall/v2/') {
      const urls = {
        'root-url': `${server_url}/x/`,
        start_data: { url: 'fetch-token/' },
        result_token: { url: 'result/' },
      };
      return [200, { api: { urls } }];
    }
    if (pathname === '/x/fetch-token/') {
      if (headers['x-access-token'] !== 'good' || redeemed) return [401, { type: 'error' }];
      redeemed = true;
      return [200, { type: 'person', data: start_data }];
    }
    if (pathname !== '/x/result/' || searchParams.get('client') !== 'exams' || !reachable) return [502, {}];
    const fetched = await fetch(`${url}/result-token/?access_token=${searchParams.get('access_token') ?? ''}`);
    results.push(await fetched.json());
    return [200, { type: 'ok' }];
  }
});
after(() => {
  server.close();
  app.close();
});

void test('a token that is none is answered with a page that says so', async () => {
  assert.equal((await fetch(`${url}/start-token/?access_token=bad`)).status, 401);
  assert.equal((await fetch(`${url}/exam/`)).status, 401);
  assert.equal((await fetch(`${url}/result-token/?access_token=guessed`)).status, 404);
});

void test('a person comes, takes the exam, and the result is told and fetched', async () => {
  const come = await fetch(`${url}/start-token/?access_token=good`, { redirect: 'manual' });
  assert.equal(come.status, 302);
  const cookie = come.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const page = await (await fetch(`${url}/exam/`, { headers: { cookie } })).text();
  assert.match(page, /&lt;b&gt;Ann&lt;\/b&gt;.*more time/s);
  const send = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams({ fire: 'Warn the others', exit: 'The lift', number: '112' }),
    });
  assert.equal((await send('/exam/', { 'sec-fetch-site': 'cross-site' })).status, 401);
  reachable = false;
  assert.equal((await send('/exam/')).status, 502);
  reachable = true;
  assert.match(await (await send('/deliver/')).text(), /2 of 3 points/);
  assert.equal((await send('/exam/')).status, 200);
  const [first, second] = results as { readonly token: string; readonly data: Record<string, unknown> }[];
  assert.deepEqual(first, second);
  const { participant_id, ...data } = first?.data ?? {};
  assert.equal(typeof participant_id, 'number');
  assert.deepEqual(data, {
    persnr: 'p-1',
    exam: 'safety',
    exam_type: 'start',
    passed: true,
    score: 2,
    system: 'signed.reference',
  });
});

async function listen(listening: Server): Promise<string> {
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}
