// Tools that ask their person: the answer is checked, given to one call of the same person with the same arguments, and kept
// while a call asks further questions.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../server/src/base/limits.ts';
import { startAskingWorld } from '../support/asking-world.ts';
import type { AskingWorld } from '../support/asking-world.ts';
import { browse } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { verifies } from '../support/verifies.ts';

let world: AskingWorld;
let ann: TestPerson;
let serial = 0;
beforeAll(async () => {
  world = await startAskingWorld();
  ann = await world.person('ann');
});
beforeEach(() => {
  serial += 1;
});
afterAll(() => world.stop());

const args = (more = {}) => ({ what: `order ${serial}`, ...more });
const filled = { do: 'answer', 'answer.city': 'Graz', 'answer.count': '2', 'answer.speed': 'f' };

describe('a tool of the kind input', () => {
  test('pauses with a link; the answer is given to the same call, once', async () => {
    verifies('INT-01');
    const paused = await world.call(ann, 'ask_delivery', args());
    expect([paused.status, paused.body.error.code]).toEqual([409, 'input_required']);
    const offer = await world.ask(ann, 'ask_delivery', args());
    expect(offer).toMatchObject({ id: paused.body.error.interaction.id, kind: 'input' });
    const sent = await world.answer(ann, offer, { ...filled, 'answer.gift': 'yes', 'answer.note': 'a\r\nb' });
    expect(sent.status).toBe(303);
    const done = await world.call(ann, 'ask_delivery', args());
    expect(done.body.result).toEqual({
      kind: 'value',
      value: { city: 'Graz', count: 2, speed: 'f', gift: true, note: 'a\nb' },
    });
    expect((await world.ask(ann, 'ask_delivery', args())).id).not.toBe(offer.id);
  });

  test('another call does not get the answer: other arguments, another person', async () => {
    const offer = await world.ask(ann, 'ask_delivery', args());
    await world.answer(ann, offer, filled);
    const ben = await world.person(`ben${serial}`);
    expect((await world.ask(ben, 'ask_delivery', args())).kind).toBe('input');
    expect((await world.ask(ann, 'ask_delivery', args({ city: 'Linz' }))).id).not.toBe(offer.id);
    expect((await world.call(ann, 'ask_delivery', args())).status).toBe(200);
  });

  test('of 64 calls at once one gets the answer', async () => {
    verifies('INT-01');
    await world.answer(ann, await world.ask(ann, 'ask_delivery', args()), filled);
    const calls = await Promise.all(Array.from({ length: 64 }, () => world.call(ann, 'ask_delivery', args())));
    expect(calls.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(calls.filter(({ body }) => body.error?.code === 'input_required')).toHaveLength(63);
  });

  test('wrong answers are told at their fields, and what was typed stays', async () => {
    const offer = await world.ask(ann, 'ask_delivery', args());
    const wrong = {
      ...{ 'answer.city': 'G', 'answer.mail': 'nobody', 'answer.day': '2026-02-30', 'answer.count': '10' },
      'answer.speed': 'x',
    };
    const page = await world.answer(ann, offer, { do: 'answer', ...wrong });
    expect(page.status).toBe(400);
    for (const text of [
      '2 characters or more',
      'an e-mail address',
      'a date like',
      '9 or less',
      'one of the choices',
    ]) {
      expect(page.text).toContain(text);
    }
    expect(page.text).toContain('value="nobody"');
    expect(page.text.match(/aria-invalid="true"/g)).toHaveLength(5);
    expect((await world.ask(ann, 'ask_delivery', args())).id).toBe(offer.id);
  });

  test('what the caller gives of a field stands filled in; the message is shown as text', async () => {
    const offer = await world.ask(ann, 'ask_delivery', args({ city: 'Wien' }));
    const { text } = await browse(world.toolcrib, 'GET', new URL(offer.url).pathname, { cookie: ann.cookie });
    expect(text).toContain('value="Wien"');
    expect(text).toContain(`Where shall we deliver order ${serial}?`);
    expect(text).toContain('&lt;script&gt;');
    const names = [...text.matchAll(/ name="answer\.(\w+)"/g)].map(([, name]) => name);
    expect(names).toEqual(['city', 'mail', 'day', 'count', 'speed', 'gift', 'note']);
  });

  test('who does not want to answer is not asked again at once', async () => {
    const offer = await world.ask(ann, 'ask_delivery', args());
    await world.answer(ann, offer, { do: 'refuse' });
    const refused = await world.call(ann, 'ask_delivery', args());
    expect([refused.status, refused.body.error.code]).toEqual([403, 'input_refused']);
    world.pass(limits.input_refused_ms);
    await world.ask(ann, 'ask_delivery', args());
  });

  test('a cancelled or expired question is asked anew, and an answer that nobody fetches is void', async () => {
    const first = await world.ask(ann, 'ask_delivery', args());
    await world.answer(ann, first, { do: 'cancel' });
    const second = await world.ask(ann, 'ask_delivery', args());
    expect(second.id).not.toBe(first.id);
    world.pass(limits.interaction_ms);
    expect((await world.answer(ann, second, filled)).status).toBe(409);
    const third = await world.ask(ann, 'ask_delivery', args());
    expect(third.id).not.toBe(second.id);
    await world.answer(ann, third, filled);
    world.pass(limits.input_use_ms);
    await world.ask(ann, 'ask_delivery', args());
  });
});

describe('a call that asks more than once', () => {
  test('keeps the first answer until it has ended, and then begins anew', async () => {
    verifies('INT-01');
    const first = await world.ask(ann, 'ask_twice');
    await world.answer(ann, first, { do: 'answer', 'answer.first': 'one' });
    const second = await world.ask(ann, 'ask_twice');
    expect(second.id).not.toBe(first.id);
    expect((await world.ask(ann, 'ask_twice')).id).toBe(second.id);
    await world.answer(ann, second, { do: 'answer', 'answer.second': 'two' });
    expect((await world.call(ann, 'ask_twice')).body.result.value).toEqual(['one', 'two']);
    expect((await world.ask(ann, 'ask_twice')).id).not.toBe(first.id);
  });

  test('a yes holds for it, and it runs no further time before its person has answered', async () => {
    verifies('INT-02');
    const yes = await world.ask(ann, 'ask_danger');
    expect(yes.kind).toBe('approve');
    await world.answer(ann, yes, { do: 'yes' });
    const before = world.runs();
    const asked = await world.ask(ann, 'ask_danger');
    expect([asked.kind, world.runs()]).toEqual(['input', before + 1]);
    expect(await world.ask(ann, 'ask_danger')).toEqual(asked);
    expect(world.runs()).toBe(before + 1);
    world.pass(limits.approval_use_ms);
    await world.answer(ann, asked, { do: 'answer', 'answer.first': 'one' });
    expect((await world.call(ann, 'ask_danger')).body.result.value).toEqual(['one']);
    expect((await world.ask(ann, 'ask_danger')).kind).toBe('approve');
  });
});
