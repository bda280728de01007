// A05, of webhooks: an address that a caller names leads nowhere but into the public network, however it is written, and the
// caller learns nothing of what is there.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAskingWorld } from '../support/asking-world.ts';
import type { AskingWorld } from '../support/asking-world.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import type { TestPerson } from '../support/people.ts';

describe('A05 a webhook into the private network', () => {
  let world: AskingWorld;
  let inside: LocalHttp;
  let ann: TestPerson;

  beforeAll(async () => {
    inside = await startLocalHttp((_request, response) => response.end('internal'));
    // Nothing private is allowed, as usual.
    world = await startAskingWorld({ allowed_private: [] });
    ann = await world.person('ann');
  });
  afterAll(async () => {
    await world.stop();
    await inside.close();
  });

  const ask = (what: string, url: string) => world.ask(ann, 'ask_delivery', { what }, { webhook: { url } });
  const deliveryOf = async (interaction_id: string) => {
    const { body } = await world.toolcrib.request('GET', '/v1/webhook-deliveries', { key: ann.key });
    const all = body.deliveries as { readonly [name: string]: unknown }[];
    return all.find((one) => one['interaction_id'] === interaction_id);
  };

  test.each([
    ['loopback over http, as in development', () => inside.url],
    ['localhost', () => `http://localhost:${inside.port}`],
    ['loopback', () => 'https://127.0.0.1/'],
    ['decimal', () => 'https://2130706433/'],
    ['octal', () => 'https://0177.0.0.1/'],
    ['short', () => 'https://127.1/'],
    ['IPv6', () => 'https://[::1]/'],
    ['IPv4 in IPv6', () => 'https://[::ffff:127.0.0.1]/'],
    ['any address', () => 'https://0.0.0.0/'],
    ['metadata', () => 'https://169.254.169.254/latest/meta-data/'],
    ['a private network', () => 'https://10.0.0.1/'],
  ])('%s is refused for good, and nothing is sent', async (name, url) => {
    const offer = await ask(name, url());
    await world.answer(ann, offer, { do: 'refuse' });
    await expect
      .poll(() => deliveryOf(offer.id), { timeout: 10_000 })
      .toMatchObject({
        state: 'failed',
        attempts: 1,
        problem: expect.stringContaining('does not send a request there'),
      });
    expect(inside.requests).toEqual([]);
  });
});
