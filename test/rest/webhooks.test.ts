// Webhooks and the stream of an interaction over REST: who may see what, and what is refused before anything runs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../server/src/base/limits.ts';
import { startAskingWorld } from '../support/asking-world.ts';
import type { AskingWorld } from '../support/asking-world.ts';
import { operationCaller } from '../support/operation-caller.ts';
import type { TestPerson } from '../support/people.ts';
import { verifies } from '../support/verifies.ts';

let world: AskingWorld;
let ann: TestPerson;
let ben: TestPerson;
let boss: TestPerson;
const call = operationCaller(() => world.toolcrib);
const filled = { do: 'answer', 'answer.city': 'Graz', 'answer.count': '2' };

beforeAll(async () => {
  world = await startAskingWorld();
  [ann, ben, boss] = await Promise.all([
    world.person('ann'),
    world.person('ben'),
    world.person('boss', { role: 'admin' }),
  ]);
});
afterAll(() => world.stop());

describe('the secret', () => {
  it('200 is made when it is first asked for, and shown again until it is changed', async () => {
    const { secret } = (await call('getWebhookSecret', '/v1/webhook-secret', { key: boss.key })).body;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const again = await call('getWebhookSecret', '/v1/webhook-secret', { key: boss.key });
    expect(again.body).toEqual({ secret, previous_until: null });
    const rotated = await call('rotateWebhookSecret', '/v1/webhook-secret/rotate', { key: boss.key });
    expect(rotated.body.secret).not.toBe(secret);
    expect(Date.parse(rotated.body.previous_until) - Date.now()).toBeGreaterThan(limits.webhook_previous_key_ms / 2);
    const { changes } = (await world.toolcrib.request('GET', '/v1/audit/changes', { key: boss.key })).body;
    const actions = changes.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(expect.arrayContaining(['webhook-secret-made', 'webhook-secret-rotated']));
  });

  it('403 is for admins alone', async () => {
    for (const [id, path] of [
      ['getWebhookSecret', '/v1/webhook-secret'],
      ['rotateWebhookSecret', '/v1/webhook-secret/rotate'],
    ] as const) {
      expect((await call(id, path, { key: ann.key })).body.error.code).toBe('forbidden');
    }
  });
});

describe('the address of a webhook', () => {
  it.each([
    'http://hooks.example/x',
    'ftp://hooks.example/x',
    'https://user@hooks.example/x',
    'https://hooks.example/x#y',
    'nothing',
    `https://hooks.example/${'x'.repeat(limits.webhook_url_characters)}`,
  ])('400 %s', async (url) => {
    const runs = world.runs();
    const refused = await world.call(ann, 'ask_twice', {}, { webhook: { url } });
    expect([refused.status, refused.body.error.faults[0]?.path]).toEqual([400, 'body.webhook.url']);
    expect(world.runs()).toBe(runs);
  });
});

it('200 lists what one has asked for oneself, to an admin what everybody has, without the address', async () => {
  await world.ask(ann, 'ask_delivery', { what: 'a list' }, { webhook: { url: 'https://hooks.example/a?token=x' } });
  const list = async (by: TestPerson) =>
    (await call('listWebhookDeliveries', '/v1/webhook-deliveries?limit=10', { key: by.key })).body.deliveries;
  expect(await list(ann)).toMatchObject([{ host: 'hooks.example', state: 'waiting', status: null, next_at: null }]);
  expect(JSON.stringify(await list(ann))).not.toContain('token');
  expect(await list(ben)).toEqual([]);
  expect(await list(boss)).toHaveLength(1);
});

describe('the stream of an interaction', () => {
  const follow = (id: string, by: TestPerson, headers: Record<string, string> = {}) =>
    fetch(`${world.toolcrib.url}/v1/interactions/${id}/events`, {
      headers: { authorization: `Bearer ${by.key}`, ...headers },
    });

  it('200 says how it stands, then how it has ended, and ends', async () => {
    verifies('INT-01');
    const offer = await world.ask(ann, 'ask_delivery', { what: 'a stream' });
    const response = await follow(offer.id, ann, { 'last-event-id': '7' });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = (await reader?.read())?.value ?? '';
    expect(first).toMatch(/^event: status\ndata: \{.*"status":"pending".*\}\n\n$/s);
    await world.answer(ann, offer, filled);
    const last = (await reader?.read())?.value ?? '';
    expect(JSON.parse(/^data: (.*)$/m.exec(last)?.[1] ?? '')).toMatchObject({ id: offer.id, status: 'done' });
    expect((await reader?.read())?.done).toBe(true);
    // What has ended is said at once.
    const ended = await call('streamInteraction', `/v1/interactions/${offer.id}/events`, { key: ann.key });
    expect(ended.text.match(/event: status/g)).toHaveLength(1);
  });

  it('404 for another person', async () => {
    const offer = await world.ask(ann, 'ask_delivery', { what: 'a secret stream' });
    const path = `/v1/interactions/${offer.id}/events`;
    expect((await call('streamInteraction', path, { key: ben.key })).status).toBe(404);
    expect((await call('streamInteraction', path, { key: boss.key })).status).toBe(404);
  });

  it('429 above the bound of the tenant, whose places come back', async () => {
    const offer = await world.ask(ann, 'ask_delivery', { what: 'many streams' });
    const all = await Promise.all(Array.from({ length: limits.interaction_streams }, () => follow(offer.id, ann)));
    expect(all.every(({ status }) => status === 200)).toBe(true);
    expect((await follow(offer.id, ann)).status).toBe(429);
    await all[0]?.body?.cancel();
    await expect.poll(async () => (await follow(offer.id, ann)).status).toBe(200);
    for (const response of all.slice(1)) await response.body?.cancel();
  });
});

it('a server that stops ends the streams', async () => {
  const offer = await world.ask(ann, 'ask_delivery', { what: 'the last stream' });
  const response = await fetch(`${world.toolcrib.url}/v1/interactions/${offer.id}/events`, {
    headers: { authorization: `Bearer ${ann.key}` },
  });
  const text = response.text();
  const began = Date.now();
  await world.toolcrib.server.stop();
  expect(await text).toContain('"status":"pending"');
  expect(Date.now() - began).toBeLessThan(limits.stop_grace_ms / 2);
});
