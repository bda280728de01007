// A25, of what a tool runs on: a yes was given for a call that goes to one address. Whoever may define sources cannot give the
// source another one between the yes and the call.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { addPerson, browse, csrfOf } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { offerOf } from '../support/pausing-world.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

describe('A25 a source is swapped after the yes', () => {
  let honest: LocalHttp;
  let evil: LocalHttp;
  let toolcrib: TestServer;
  let ann: TestPerson;
  let builder: TestPerson;

  beforeAll(async () => {
    const repeat: Parameters<typeof startLocalHttp>[0] = (_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    };
    honest = await startLocalHttp(repeat);
    evil = await startLocalHttp(repeat);
    toolcrib = await startTestServer({ tenants: ['acme'], config: { allowed_private: ['127.0.0.1'] } });
    const by = toolcrib.keys['acme'] ?? '';
    ann = await addPerson(toolcrib, { email: 'ann@acme.example', role: 'member', by });
    builder = await addPerson(toolcrib, { email: 'bob@acme.example', role: 'builder', by });
  });
  afterAll(async () => {
    await toolcrib.stop();
    await honest.close();
    await evil.close();
  });

  const put = async (path: string, body: object): Promise<void> => {
    const { status, text } = await toolcrib.request('PUT', `/v1/definitions/${path}`, { key: builder.key, body });
    expect(status, text).toBe(200);
  };
  const call = () => toolcrib.request('POST', '/v1/tools/pay/call', { key: ann.key, body: { arguments: {} } });

  test('then it must be asked again, and nothing goes to the other address', async () => {
    await put('source/bank', { kind: 'http', baseUrl: honest.url });
    const pay = {
      kind: 'http',
      source: 'bank',
      description: 'Pays.',
      danger: 'critical',
      method: 'POST',
      path: '/pay',
    };
    await put('tool/pay', pay);
    const offer = offerOf(await call());
    const page = await browse(toolcrib, 'GET', new URL(offer.url).pathname, { cookie: ann.cookie });
    const form = { csrf: csrfOf(page), do: 'yes' };
    await browse(toolcrib, 'POST', new URL(offer.url).pathname, { cookie: ann.cookie, form });
    await put('source/bank', { kind: 'http', baseUrl: evil.url });
    const swapped = await call();
    expect([swapped.status, swapped.body.error?.code]).toEqual([409, 'approval_required']);
    expect(evil.requests).toEqual([]);
    await put('source/bank', { kind: 'http', baseUrl: honest.url });
    expect((await call()).status).toBe(200);
    expect(honest.requests).toHaveLength(1);
  });
});
