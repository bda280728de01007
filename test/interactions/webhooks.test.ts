// Webhooks: a program that has asked for one is told when the interaction of its call has ended, however it ends; signed as
// the libraries of the standard check it; again and again until it has arrived.
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../server/src/base/limits.ts';
import { startAskingWorld } from '../support/asking-world.ts';
import type { AskingWorld } from '../support/asking-world.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp, ReceivedRequest } from '../support/local-http.ts';
import type { TestPerson } from '../support/people.ts';

let world: AskingWorld;
let receiver: LocalHttp;
let ann: TestPerson;
let boss: TestPerson;
let serial = 0;
/** What the receiver answers next; 204 when nothing is left. */
const statuses: number[] = [];

beforeAll(async () => {
  receiver = await startLocalHttp((_request, response) => {
    response.statusCode = statuses.shift() ?? 204;
    response.end('x'.repeat(response.statusCode === 200 ? 200_000 : 0));
  });
  world = await startAskingWorld();
  [ann, boss] = await Promise.all([world.person('ann'), world.person('boss', { role: 'admin' })]);
});
beforeEach(() => {
  serial += 1;
  statuses.length = 0;
});
afterAll(async () => {
  await world.stop();
  await receiver.close();
});

const url = (path = `/hook/${serial}`): string => `${receiver.url}${path}?token=secret-of-the-receiver`;
const received = (path = `/hook/${serial}`): readonly ReceivedRequest[] =>
  receiver.requests.filter((request) => request.path.startsWith(`${path}?`));
const ask = (webhook = { url: url() }) => world.ask(ann, 'ask_delivery', { what: `order ${serial}` }, { webhook });
const filled = { do: 'answer', 'answer.city': 'Graz', 'answer.count': '2' };
const secret = async (): Promise<string> =>
  (await world.toolcrib.request('GET', '/v1/webhook-secret', { key: boss.key })).body.secret as string;
const deliveries = async (key = ann.key) =>
  (await world.toolcrib.request('GET', '/v1/webhook-deliveries', { key })).body.deliveries as {
    readonly [name: string]: unknown;
  }[];
const deliveryOf = async (interaction_id: string) =>
  (await deliveries()).find((one) => one['interaction_id'] === interaction_id);

function verified({ headers, body }: ReceivedRequest, with_secret: string): unknown {
  return new Webhook(with_secret).verify(body, headers as Record<string, string>);
}

describe('a webhook', () => {
  test('is sent when the person has answered, says which call, and nothing of its arguments or answers', async () => {
    const offer = await ask();
    await ask();
    expect((await deliveryOf(offer.id))?.['state']).toBe('waiting');
    await world.answer(ann, offer, filled);
    await expect.poll(() => received().length, { timeout: 10_000 }).toBe(1);
    const [request] = received();
    if (request === undefined) throw new Error('Nothing came');
    expect(verified(request, await secret())).toEqual({
      type: 'interaction.ended',
      timestamp: expect.stringMatching(/Z$/),
      data: {
        interaction_id: offer.id,
        kind: 'input',
        status: 'done',
        tool: 'ask_delivery',
        call_id: expect.stringMatching(/-/),
      },
    });
    expect([request.method, request.headers['content-type']]).toEqual(['POST', 'application/json']);
    expect(request.body).not.toContain('Graz');
    await expect.poll(() => deliveryOf(offer.id)).toMatchObject({ state: 'delivered', attempts: 1, problem: null });
    const [delivery] = await deliveries();
    expect(JSON.stringify(delivery)).not.toContain('secret-of-the-receiver');
    expect(delivery?.['id']).toBe(request.headers['webhook-id']);
  });

  test('is signed with both secrets after a rotation', async () => {
    const before = await secret();
    const rotated = await world.toolcrib.request('POST', '/v1/webhook-secret/rotate', { key: boss.key });
    expect(rotated.body.secret).not.toBe(before);
    await world.answer(ann, await ask(), filled);
    await expect.poll(() => received().length, { timeout: 10_000 }).toBe(1);
    for (const one of [before, rotated.body.secret as string]) {
      expect(() => verified(received()[0] as ReceivedRequest, one)).not.toThrow();
    }
  });

  test('is sent for every end: refused, cancelled, and a time that nobody has noticed', async () => {
    const ends = { refuse: 'denied', cancel: 'cancelled' } as const;
    for (const [word, status] of Object.entries(ends)) {
      serial += 1;
      const offer = await ask();
      await world.answer(ann, offer, { do: word });
      await expect.poll(() => received().length, { timeout: 10_000 }).toBe(1);
      expect(JSON.parse(received()[0]?.body ?? '').data.status).toBe(status);
    }
    serial += 1;
    await ask();
    world.pass(limits.interaction_ms);
    await expect.poll(() => received().length, { timeout: 10_000 }).toBe(1);
    expect(JSON.parse(received()[0]?.body ?? '').data.status).toBe('expired');
  });

  test('of an interaction that has ended meanwhile is sent at once', async () => {
    const offer = await ask();
    await world.answer(ann, offer, filled);
    await expect.poll(() => received().length, { timeout: 10_000 }).toBe(1);
  });

  test('is repeated with the same id and body until the receiver takes it; a redirection is no success', async () => {
    statuses.push(500, 302, 200);
    const offer = await ask();
    await world.answer(ann, offer, filled);
    for (const attempts of [1, 2, 3]) {
      await expect.poll(() => received().length, { timeout: 10_000 }).toBe(attempts);
      if (attempts === 3) break;
      await expect
        .poll(async () => (await deliveryOf(offer.id))?.['problem'])
        .toBe(attempts === 1 ? 'answered 500' : 'answered 302');
      world.pass(limits.webhook_retry_first_ms * 3 ** attempts);
    }
    await expect.poll(async () => (await deliveryOf(offer.id))?.['state']).toBe('delivered');
    expect(new Set(received().map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(received().map(({ body }) => body)).size).toBe(1);
    const times = received().map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeLessThan(times[2] ?? 0);
  });

  test('is given up after a day, and at once when the receiver says that it is gone', async () => {
    statuses.push(410);
    const gone = await ask();
    await world.answer(ann, gone, filled);
    await expect.poll(async () => (await deliveryOf(gone.id))?.['state'], { timeout: 10_000 }).toBe('failed');
    serial += 1;
    statuses.push(...Array.from({ length: 50 }, () => 503));
    const offer = await ask();
    await world.answer(ann, offer, filled);
    const state = async () => {
      world.pass(limits.webhook_retry_last_ms / 4);
      return (await deliveryOf(offer.id))?.['state'];
    };
    await expect.poll(state, { timeout: 40_000, interval: 250 }).toBe('failed');
    const attempts = Number((await deliveryOf(offer.id))?.['attempts']);
    expect(attempts).toBeGreaterThan(5);
    expect(attempts).toBeLessThan(30);
  }, 60_000);

  test('goes to five addresses at most', async () => {
    for (let index = 0; index < limits.webhooks_per_interaction; index += 1) await ask({ url: url(`/many/${index}`) });
    const refused = await world.call(
      ann,
      'ask_delivery',
      { what: `order ${serial}` },
      { webhook: { url: url('/many/x') } },
    );
    expect([refused.status, refused.body.error.code]).toEqual([429, 'rate_limited']);
  });
});

test('a day after a rotation the new secret alone signs', async () => {
  [ann, boss] = await Promise.all([world.person('ann2'), world.person('boss2', { role: 'admin' })]);
  await world.toolcrib.request('POST', '/v1/webhook-secret/rotate', { key: boss.key });
  world.pass(limits.webhook_previous_key_ms);
  ann = await world.person('ann3');
  await world.answer(ann, await ask(), filled);
  await expect.poll(() => received().length, { timeout: 10_000 }).toBe(1);
  expect(String(received()[0]?.headers['webhook-signature']).split(' ')).toHaveLength(1);
});
