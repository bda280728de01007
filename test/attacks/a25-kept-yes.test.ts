// A25, of a yes that is kept while its call pauses: it lets the call run again after its person has acted, never because a
// program has taken the question away, waited until it was over, or done for the person what programs may do.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../server/src/base/limits.ts';
import { startAskingWorld } from '../support/asking-world.ts';
import type { AskingWorld } from '../support/asking-world.ts';
import type { Offer } from '../support/pausing-world.ts';
import type { TestPerson } from '../support/people.ts';

describe('A25 a yes that is kept', () => {
  let world: AskingWorld;
  let ann: TestPerson;
  let people = 0;

  beforeAll(async () => {
    world = await startAskingWorld();
  });
  beforeEach(async () => {
    people += 1;
    ann = await world.person(`ann${people}`);
  });
  afterAll(() => world.stop());

  /** The question that the call has paused for, after a yes and one run. */
  async function runOnce(): Promise<Offer> {
    await world.answer(ann, await world.ask(ann, 'ask_danger'), { do: 'yes' });
    const question = await world.ask(ann, 'ask_danger');
    expect(question.kind).toBe('input');
    return question;
  }

  test('does not run it again when a program cancels the question', async () => {
    const question = await runOnce();
    const before = world.runs();
    const path = `/v1/interactions/${question.id}/cancel`;
    expect((await world.toolcrib.request('POST', path, { key: ann.key })).status).toBe(200);
    const next = await world.ask(ann, 'ask_danger');
    expect([next.kind, world.runs()]).toEqual(['approve', before]);
  });

  test('does not run it again when the time of the question is over', async () => {
    await runOnce();
    const before = world.runs();
    world.pass(limits.interaction_ms);
    const next = await world.ask(ann, 'ask_danger');
    expect([next.kind, world.runs()]).toEqual(['approve', before]);
  });

  test('does not run it again when a program connects the account that a call within it needs', async () => {
    await world.answer(ann, await world.ask(ann, 'ask_account'), { do: 'yes' });
    const before = world.runs();
    const wanted = await world.ask(ann, 'ask_account');
    expect([wanted.kind, world.runs()]).toEqual(['connect', before + 1]);
    const fields = { token: 'token-of-a-program' };
    const body = { name: 'mail', system: 'mail', strategy: 'token', scope: 'private', fields };
    expect((await world.toolcrib.request('POST', '/v1/credentials', { key: ann.key, body })).status).toBe(201);
    const next = await world.ask(ann, 'ask_account');
    expect([next.kind, world.runs()]).toEqual(['approve', before + 1]);
  });

  test('runs it again, once, when its person has answered', async () => {
    const question = await runOnce();
    const before = world.runs();
    await world.answer(ann, question, { do: 'answer', 'answer.first': 'one' });
    expect((await world.call(ann, 'ask_danger')).status).toBe(200);
    expect(world.runs()).toBe(before + 1);
    expect((await world.ask(ann, 'ask_danger')).kind).toBe('approve');
  });
});
