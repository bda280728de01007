// A12, of answers to what a tool asks: given by another person, without the page, by a key, twice, or after the time; and taken
// by another person's call.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../server/src/base/limits.ts';
import { startAskingWorld } from '../support/asking-world.ts';
import type { AskingWorld } from '../support/asking-world.ts';
import { browse, csrfOf } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';

describe('A12 an answer that is not the person’s', () => {
  let world: AskingWorld;
  let ann: TestPerson;
  let eve: TestPerson;
  let serial = 0;
  const filled = { do: 'answer', 'answer.city': 'Graz', 'answer.count': '2' };
  const pathOf = (url: string): string => new URL(url).pathname;

  beforeAll(async () => {
    world = await startAskingWorld();
    [ann, eve] = await Promise.all([world.person('ann'), world.person('eve', { role: 'admin' })]);
  });
  afterAll(() => world.stop());

  const ask = () => world.ask(ann, 'ask_delivery', { what: `order ${(serial += 1)}` });
  const stillAsked = async (id: string): Promise<boolean> =>
    (await world.ask(ann, 'ask_delivery', { what: `order ${serial}` })).id === id;

  test('of another person, with a proof of her own page: there is nothing', async () => {
    const offer = await ask();
    const own = await browse(world.toolcrib, 'GET', '/account', { cookie: eve.cookie });
    const form = { csrf: csrfOf(own), ...filled };
    const sent = await browse(world.toolcrib, 'POST', pathOf(offer.url), { cookie: eve.cookie, form });
    expect(sent.status).toBe(404);
    expect(await stillAsked(offer.id)).toBe(true);
  });

  test('from another site, and without the proof of the page', async () => {
    const offer = await ask();
    const page = await browse(world.toolcrib, 'GET', pathOf(offer.url), { cookie: ann.cookie });
    const attempts = [
      { form: filled },
      { form: { ...filled, csrf: 'x'.repeat(43) } },
      {
        form: { ...filled, csrf: csrfOf(page) },
        headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      },
    ];
    for (const attempt of attempts) {
      const sent = await browse(world.toolcrib, 'POST', pathOf(offer.url), { cookie: ann.cookie, ...attempt });
      expect(sent.status).toBe(403);
    }
    expect(await stillAsked(offer.id)).toBe(true);
  });

  test('of a key: a program does not answer for its person', async () => {
    const offer = await ask();
    const headers = { authorization: `Bearer ${ann.key}` };
    const sent = await browse(world.toolcrib, 'POST', pathOf(offer.url), { form: filled, headers });
    expect([sent.status, sent.headers.get('location')]).toEqual([303, expect.stringContaining('/sign-in')]);
    expect(await stillAsked(offer.id)).toBe(true);
  });

  test('sent twice, or after the time: the first one counts, or none', async () => {
    const offer = await ask();
    const page = await browse(world.toolcrib, 'GET', pathOf(offer.url), { cookie: ann.cookie });
    const send = (city: string) =>
      browse(world.toolcrib, 'POST', pathOf(offer.url), {
        cookie: ann.cookie,
        form: { csrf: csrfOf(page), ...filled, 'answer.city': city },
      });
    const answers = await Promise.all(['Graz', 'Linz', 'Wels', 'Rust'].map(send));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 409, 409, 409]);
    const first = ['Graz', 'Linz', 'Wels', 'Rust'][answers.findIndex(({ status }) => status === 303)];
    const done = await world.call(ann, 'ask_delivery', { what: `order ${serial}` });
    expect(done.body.result.value.city).toBe(first);
    const late = await ask();
    world.pass(limits.interaction_ms);
    expect((await world.answer(ann, late, filled)).status).toBe(409);
  });
});

describe('A26 a secret by a form of a tool', () => {
  let world: AskingWorld;
  let ann: TestPerson;
  beforeAll(async () => {
    world = await startAskingWorld();
    ann = await world.person('ann');
  });
  afterAll(() => world.stop());

  test('a field that is named like one is refused when it is asked, and nobody is asked', async () => {
    const call = await world.call(ann, 'ask_secret');
    expect(call.body.error.code).toBe('tool_failed');
    const { body } = await world.toolcrib.request('GET', '/v1/interactions', { key: ann.key });
    expect(body.mine).toEqual([]);
  });
});
