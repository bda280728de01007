// A36: what one tenant opens, lets wait or lets hang takes nothing from the others; and other servers that never come to an end
// are cut.
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { limits } from '../../server/src/base/limits.ts';
import { InteractionWaiter } from '../../server/src/interactions/interaction-waiter.ts';
import { startAskingWorld } from '../support/asking-world.ts';
import type { AskingWorld } from '../support/asking-world.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import type { TestPerson } from '../support/people.ts';
import { embeddedHome } from '../support/stores.ts';

let world: AskingWorld;
let ann: TestPerson;
let olga: TestPerson;
/** Another server: MCP, documents and webhooks, all of them hostile. */
let hostile: LocalHttp;
let sent_bytes = 0;
let initialized = 0;
let pages = 0;

beforeAll(async () => {
  hostile = await startLocalHttp(serve);
  world = await startAskingWorld();
  [ann, olga] = [await world.person('ann'), await world.person('olga', { tenant: 'other' })];
});
afterAll(async () => {
  await world.stop();
  await hostile.close();
});

function serve({ path, body }: { readonly path: string; readonly body: string }, response: ServerResponse): void {
  if (path.startsWith('/hangs')) return;
  if (path === '/ok') return void response.end('ok');
  if (path === '/big.json') return pour(response, '[', Buffer.alloc(64 * 1024, 0x20));
  const message = body === '' ? {} : (JSON.parse(body) as { id?: number; method?: string });
  if (message.id === undefined) return void response.writeHead(202).end();
  const json = (result: object): void =>
    void response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
  if (message.method === 'initialize') {
    initialized += 1;
    const result = {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'hostile', version: '1' },
    };
    return void setTimeout(() => json(result), path === '/slow' ? 300 : 0);
  }
  if (message.method !== 'tools/list') return void response.writeHead(404).end();
  if (path === '/endless-events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    return pour(response, ': ', Buffer.from(`: ${'x'.repeat(1_000)}\n\n`));
  }
  pages += 1;
  json({
    tools: [{ name: `tool${pages}`, inputSchema: { type: 'object' } }],
    ...(path === '/endless-pages' ? { nextCursor: String(pages) } : {}),
  });
}

/** Writes for as long as anybody reads. */
function pour(response: ServerResponse, first: string, chunk: Buffer): void {
  sent_bytes = 0;
  response.write(first);
  const write = (): void => {
    while (!response.destroyed) {
      sent_bytes += chunk.length;
      if (!response.write(chunk)) return void response.once('drain', write);
    }
  };
  write();
}

const define = (name: string, url: string, tenant = 'acme') =>
  world.toolcrib.request('PUT', `/v1/definitions/source/${name}`, {
    key: world.toolcrib.keys[tenant] ?? '',
    body: { type: 'mcp', url },
  });
const look = (name: string, tenant = 'acme') =>
  world.toolcrib.request('POST', `/v1/sources/${name}/mirror`, { key: world.toolcrib.keys[tenant] ?? '', body: {} });

describe('A36 streams of events', () => {
  async function open({ key }: TestPerson, id: string): Promise<IncomingMessage> {
    const url = new URL(`/v1/interactions/${id}/events`, world.toolcrib.url);
    const sent = request(url, { headers: { authorization: `Bearer ${key}` }, agent: false }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return answer.on('error', () => undefined);
  }

  test('a thousand of one tenant: most are refused, and another tenant is served', { timeout: 60_000 }, async () => {
    const offer = await world.ask(ann, 'ask_delivery', { what: 'x' });
    const theirs = await world.ask(olga, 'ask_delivery', { what: 'x' });
    const answers: IncomingMessage[] = [];
    for (let turn = 0; turn < 10; turn += 1) {
      answers.push(...(await Promise.all(Array.from({ length: 100 }, () => open(ann, offer.id)))));
    }
    const codes = answers.map(({ statusCode }) => statusCode);
    expect(codes.filter((code) => code === 200)).toHaveLength(limits.interaction_streams);
    expect(codes.filter((code) => code === 429)).toHaveLength(1_000 - limits.interaction_streams);
    const other = await open(olga, theirs.id);
    const [event] = (await once(other, 'data')) as [Buffer];
    expect(event.toString()).toContain('event: status');
    for (const answer of [...answers, other]) answer.destroy();
    await expect.poll(async () => (await open(ann, offer.id)).statusCode).toBe(200);
  });
});

describe('A36 requests that wait for a person', () => {
  test('those of one tenant leave places for another', async () => {
    const home = await embeddedHome();
    const store = await home.open();
    const waiter = new InteractionWaiter({ store, clock: systemClock });
    const wait = (tenant_id: string): Promise<void> => waiter.wait({ tenant_id, id: 'i', wait_ms: 60_000 });
    const greedy = Array.from({ length: limits.interaction_waiters_per_tenant }, () => wait('greedy'));
    const states = (all: readonly Promise<void>[]): Promise<readonly string[]> =>
      Promise.all(
        all.map((one) =>
          Promise.race([one.then(() => 'answered'), new Promise<string>((resolve) => setImmediate(resolve, 'waits'))]),
        ),
      );
    expect(new Set(await states(greedy))).toEqual(new Set(['waits']));
    expect(await states([wait('greedy'), wait('modest')])).toEqual(['answered', 'waits']);
    waiter.wake('greedy', 'i');
    await Promise.all(greedy);
    expect(await states([wait('greedy')])).toEqual(['waits']);
    await waiter.close();
    await store.close();
    await home.remove();
  });
});

describe('A36 webhooks', () => {
  const deliveries = async ({ key }: TestPerson) =>
    (await world.toolcrib.request('GET', '/v1/webhook-deliveries', { key })).body.deliveries as readonly {
      readonly interaction_id: string;
      readonly state: string;
    }[];
  const cancelled = async (by: TestPerson, what: string, url: string): Promise<string> => {
    const offer = await world.call(by, 'ask_delivery', { what }, { webhook: { url } });
    const id = offer.body.error?.interaction?.id as string | undefined;
    if (id === undefined) throw new Error(offer.text);
    await world.toolcrib.request('POST', `/v1/interactions/${id}/cancel`, { key: by.key });
    return id;
  };

  test('receivers of one tenant that hang do not hold up those of another', { timeout: 60_000 }, async () => {
    for (let index = 0; index < 40; index += 1) await cancelled(ann, `hang ${index}`, `${hostile.url}/hangs/${index}`);
    await expect
      .poll(() => hostile.requests.filter(({ path }) => path.startsWith('/hangs')).length)
      .toBeGreaterThanOrEqual(limits.webhooks_together);
    const id = await cancelled(olga, 'quick', `${hostile.url}/ok`);
    await expect
      .poll(async () => (await deliveries(olga)).find((one) => one.interaction_id === id)?.state, { timeout: 20_000 })
      .toBe('delivered');
    const hanging = hostile.requests.filter(({ path }) => path.startsWith('/hangs'));
    expect(hanging.length).toBeLessThanOrEqual(limits.webhooks_together * 2);
  });
});

describe('A36 another MCP server', () => {
  test('whose list has no last page is read to a bound', async () => {
    expect((await define('pages', `${hostile.url}/endless-pages`)).status).toBe(200);
    const looked = await look('pages');
    expect([looked.status, looked.body.tools?.length], looked.text).toEqual([200, limits.mcp_list_pages]);
    expect(pages).toBe(limits.mcp_list_pages);
  });

  test('whose events never end is cut at the limit', async () => {
    await define('events', `${hostile.url}/endless-events`);
    const looked = await look('events');
    expect(looked.status, looked.text).toBeGreaterThanOrEqual(400);
    expect(sent_bytes).toBeLessThan(8 * limits.mcp_answer_bytes);
  });

  test('that is slow: one caller opens no more connections than allowed', async () => {
    initialized = 0;
    await define('slow', `${hostile.url}/slow`);
    const looks = await Promise.all(Array.from({ length: 20 }, () => look('slow')));
    expect(looks.filter(({ body }) => body.error?.code === 'calls_limited').length).toBeGreaterThan(0);
    expect(initialized).toBeLessThanOrEqual(limits.mcp_connections_per_caller);
  });
});

describe('A36 OpenAPI documents', () => {
  const inspect = (tenant: string, body: object) =>
    world.toolcrib.request('POST', '/v1/openapi/inspect', { key: world.toolcrib.keys[tenant] ?? '', body });

  test('without an end are cut', async () => {
    const { status, body } = await inspect('acme', { url: `${hostile.url}/big.json` });
    expect([status, body.error.code]).toEqual([422, 'result_too_large']);
    expect(sent_bytes).toBeLessThan(8 * limits.openapi_fetched_bytes);
  });

  test('of one tenant hold one of the threads that read them, and another tenant is served', async () => {
    const hanging = Array.from({ length: 5 }, () => inspect('acme', { url: `${hostile.url}/hangs` }));
    const first = await Promise.race(hanging);
    expect(first.body.error.code).toBe('calls_limited');
    const { status } = await inspect('other', { document: { openapi: '3.1.0', info: {}, paths: {} } });
    expect(status).toBe(200);
    // The read is sent once more when its connection breaks.
    const asked = (): number => hostile.requests.filter(({ path }) => path === '/hangs').length;
    await expect.poll(asked).toBe(1);
    hostile.disconnect();
    await expect.poll(asked).toBe(2);
    hostile.disconnect();
    const codes = (await Promise.all(hanging)).map(({ body }) => body.error.code as string);
    expect(codes.filter((code) => code !== 'calls_limited')).toEqual(['upstream_unavailable']);
  });
});
