// Results that do not fit are refused, and the call stays open for the right one. Nothing of the reason is told outside.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startExamWorld } from '../support/exam-world.ts';
import type { Begun, ExamWorld } from '../support/exam-world.ts';
import type { TestPerson } from '../support/people.ts';
import { verifies } from '../support/verifies.ts';

let world: ExamWorld;
let by: TestPerson;
let begun: Begun;
let people = 0;

beforeAll(async () => {
  world = await startExamWorld();
});
beforeEach(async () => {
  people += 1;
  by = await world.person(`person${people}`);
  begun = await world.begin(by);
});
afterAll(() => world.stop());

// oxlint-disable-next-line typescript/no-explicit-any -- results of every shape
type Json = any;
const withData = (change: (data: Json) => Json) => (result: Json) => ({ ...result, data: change(result.data) });
const without = (name: string) => withData(({ [name]: _, ...data }) => data);

const mutations: readonly (readonly [string, (result: Json) => unknown])[] = [
  ['is not JSON', () => 'passed'],
  ['is a list', (result) => [result]],
  ['is of another type', (result) => ({ ...result, type: 'person' })],
  ['has no timestamp', ({ timestamp: _, ...result }) => result],
  ['has another token', (result) => ({ ...result, token: '1' })],
  ['has no token', ({ token: _, ...result }) => result],
  ['has no data', ({ data: _, ...result }) => result],
  ['is about another person', withData((data) => ({ ...data, persnr: `N${'1'.repeat(32)}` }))],
  ['is about nobody', without('persnr')],
  ['is about another exam', withData((data) => ({ ...data, exam: 'retake' }))],
  ['is about no exam', without('exam')],
  ['has no reference', without('system')],
  [
    'has a reference with another signature',
    withData((data) => ({ ...data, system: data.system.replace(/.$/, (last: string) => (last === '0' ? '1' : '0')) })),
  ],
  ['has the id alone as its reference', withData((data) => ({ ...data, system: data.system.split(':')[0] }))],
  ['has no participant', without('participant_id')],
  ['does not say whether it is passed', without('passed')],
  ['says passed in words', withData((data) => ({ ...data, passed: 'yes' }))],
  ['has a score in words', withData((data) => ({ ...data, score: 'high' }))],
  ['has no exam type', without('exam_type')],
  ['repeats a field', (result) => JSON.stringify(result).replace('"passed":true', '"passed":false,"passed":true')],
];

describe('a result is refused, and the call stays open, when it', () => {
  test.each(mutations)('%s', async (_what, change) => {
    verifies('HND-04');
    const answer = await world.client.announce(world.client.score(begun.start, change));
    expect([answer.status, answer.body.data]).toEqual([422, { error: 'error', msg: 'Error.' }]);
    expect((await world.call(by)).status).toBe(202);
    expect(await world.latest(by)).toMatchObject({ status: 'running', state: 'start-data-sent-ok' });
    expect((await world.client.announce(world.client.score(begun.start))).status).toBe(200);
    expect((await world.call(by)).body.result.value.passed).toBe(true);
  });

  test('is for the call of another person', async () => {
    const other = await world.person(`other${people}`);
    const others = await world.begin(other);
    const mixed = withData((data) => ({ ...data, system: others.start.system }));
    expect((await world.client.announce(world.client.score(begun.start, mixed))).status).toBe(422);
    expect(await world.latest(other)).toMatchObject({
      status: 'running',
      history: expect.arrayContaining([
        expect.objectContaining({ to: 'result-tk-received', refused: 'another person was started' }),
      ]),
    });
  });

  test('comes from another client than the one that was started', async () => {
    const token = world.other_client.score(begun.start);
    expect((await world.other_client.announce(token)).status).toBe(422);
    expect(await world.latest(by)).toMatchObject({ status: 'running' });
  });

  test('is for an attempt whose start data were never fetched', async () => {
    const person = await world.person(`early${people}`);
    const { start } = await world.begin(person);
    const id = await world.pause(person, { args: { exam_kind: 'second' } });
    await world.press(person, id);
    expect((await world.client.announce(world.client.score(start))).status).toBe(422);
  });

  test('does not fit the schema that the tool says', async () => {
    const { start } = await world.begin(by, { tool: 'sign', args: { text: 'x' } });
    const signed = (signature: unknown) => withData((data) => ({ ...data, signature }));
    const { other_client: client } = world;
    for (const signature of [undefined, 1, 'ab']) {
      expect((await client.announce(client.score(start, signed(signature)))).status).toBe(422);
    }
    expect((await client.announce(client.score(start, signed('abc')))).status).toBe(200);
    const { body } = await world.call(by, { tool: 'sign', args: { text: 'x' } });
    expect(body.result.value.signature).toBe('abc');
  });
});

test('the same token counts when its result is mended', async () => {
  let answer = 'broken';
  world.client.behave = () => ({ status: 200, body: answer });
  const token = world.client.score(begun.start, (result) => {
    answer = JSON.stringify(result);
    return result;
  });
  const good = answer;
  answer = 'broken';
  expect((await world.client.announce(token)).status).toBe(422);
  answer = good;
  expect((await world.client.announce(token)).status).toBe(200);
  world.client.behave = undefined;
});

describe('a client that is down', () => {
  test('is asked again while the announcement waits', async () => {
    let tries = 0;
    world.client.behave = () => ((tries += 1) < 3 ? { status: 503, body: 'later' } : undefined);
    expect((await world.client.announce(world.client.score(begun.start))).status).toBe(200);
    expect(tries).toBe(3);
    world.client.behave = undefined;
  });

  test('is asked again later, with nobody waiting; the call stays open', async () => {
    world.client.behave = () => ({ status: 500, body: 'postgres://secret' });
    const answer = await world.client.announce(world.client.score(begun.start));
    expect([answer.status, answer.body.data]).toEqual([502, { error: 'error', msg: 'Error.' }]);
    expect((await world.call(by)).status).toBe(202);
    world.client.behave = undefined;
    world.pass(60_000);
    const status = async () => (await world.call(by)).status;
    await expect.poll(status, { timeout: 20_000, interval: 250 }).toBe(200);
  });
});

test('tokens and references stand in no log', async () => {
  const token = world.client.score(begun.start);
  await world.client.announce(token);
  await world.client.fetchToken(begun.token);
  const log = world.toolcrib.log_lines.join('');
  expect(log).toContain('handoff-finished');
  for (const secret of [token, begun.token, begun.start.system, begun.start.persnr]) expect(log).not.toContain(secret);
});
