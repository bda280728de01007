// Time limits per hop and for the whole, with a moved clock; one open attempt; starting again; cancelling.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handOffStates, transitions } from '../../server/src/interactions/handoff/states.ts';
import { tryTransition } from '../../server/src/interactions/handoff/transition.ts';
import { openStore } from '../../server/src/store/store.ts';
import { createLog } from '../../server/src/base/log.ts';
import { systemClock } from '../../server/src/base/clock.ts';
import { makeMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import { startExamWorld } from '../support/exam-world.ts';
import type { ExamWorld } from '../support/exam-world.ts';
import { browse } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { createDatabase, execute } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { verifies } from '../support/verifies.ts';

const hour_ms = 60 * 60_000;

let database: TestDatabase;
let world: ExamWorld;
let by: TestPerson;
let people = 0;

beforeAll(async () => {
  database = await createDatabase();
  world = await startExamWorld({ database_url: database.url, vault_keys: [makeMasterKey()] });
});
beforeEach(async () => {
  people += 1;
  by = await world.person(`person${people}`);
});
afterAll(async () => {
  await world.stop();
  await database.drop();
});

const tokenOf = (location: string): string => new URL(location).searchParams.get('access_token') ?? '';

describe('the token', () => {
  test('lasts ten seconds; after it the attempt has failed and can be begun again', async () => {
    const id = await world.pause(by);
    const location = (await world.press(by, id)).headers.get('location') ?? '';
    world.pass(10_001);
    const late = await world.client.fetchToken(tokenOf(location));
    expect([late.status, late.body.data.error]).toEqual([401, 'token-expired']);
    const seen = await world.latest(by);
    expect(seen).toMatchObject({ status: 'failed', state: 'finished-err', reason: 'token' });
    expect(seen.history.map((entry: { to: string }) => entry.to).slice(-3)).toEqual([
      ...['start-tk-received', 'start-tk-err', 'finished-err'],
    ]);
    expect((await world.call(by)).status).toBe(202);
    const again = (await world.press(by, id)).headers.get('location') ?? '';
    expect((await world.client.arrive(again)).status).toBe(200);
  });

  test('lasts 200 seconds where a person looks at each step', async () => {
    const id = await world.pause(by, { tool: 'exam_elsewhere' });
    const location = (await world.press(by, id)).headers.get('location') ?? '';
    world.pass(199_000);
    expect((await world.other_client.arrive(location)).status).toBe(200);
  });
});

describe('the whole call', () => {
  test('runs out after its time, is told once, and begins anew', async () => {
    verifies('HND-05');
    const { start } = await world.begin(by);
    world.pass(4 * hour_ms + 1_000);
    const late = await world.client.announce(world.client.score(start));
    expect([late.status, late.body.data]).toEqual([422, { error: 'error', msg: 'Error.' }]);
    const seen = await world.latest(by);
    expect(seen).toMatchObject({ status: 'expired', state: 'tool-timeout-err', reason: 'time' });
    expect(seen).not.toHaveProperty('result');
    expect(seen.history.map((entry: { to: string }) => entry.to)).toContain('tool-timeout-err');
    const told = await world.call(by);
    expect([told.status, told.body.error.code]).toEqual([422, 'handoff_ended']);
    expect(told.body.error.message).toContain('its time is over');
    expect((await world.call(by)).status).toBe(202);
  });

  test('runs out although nobody asks', async () => {
    await world.begin(by);
    world.pass(4 * hour_ms + 1_000);
    await expect
      .poll(async () => (await world.latest(by)).state, { timeout: 20_000, interval: 250 })
      .toBe('tool-timeout-err');
  });

  test('refuses a result that comes after the end, and writes it down', async () => {
    const { start } = await world.begin(by, { tool: 'retake' });
    world.pass(4 * hour_ms + 1_000);
    await expect
      .poll(async () => (await world.latest(by)).state, { timeout: 20_000, interval: 250 })
      .toBe('tool-timeout-err');
    expect((await world.client.announce(world.client.score(start))).status).toBe(422);
    expect((await world.latest(by)).history.at(-1)).toMatchObject({
      from: 'tool-timeout-err',
      to: 'result-tk-received',
      refused: 'the time of the call is over',
    });
  });
});

describe('one open attempt', () => {
  test('a start for another call ends the one before', async () => {
    const first = await world.begin(by);
    const second = await world.begin(by, { args: { exam_kind: 'second' } });
    expect((await world.client.announce(world.client.score(first.start))).status).toBe(422);
    const told = await world.call(by);
    expect(told.body.error.message).toContain('started the same tool for something else');
    expect((await world.client.announce(world.client.score(second.start))).status).toBe(200);
  });

  test('what has begun cannot be begun again, unless the tool says so, and only for a while', async () => {
    const exam = await world.begin(by);
    expect((await world.press(by, exam.interaction_id)).status).toBe(409);
    const retake = await world.begin(by, { tool: 'retake' });
    const again = await world.press(by, retake.interaction_id);
    const { start } = { start: (await world.client.arrive(again.headers.get('location') ?? '')).body.data };
    expect(start.persnr).toBe(retake.start.persnr);
    expect(start.system).not.toBe(retake.start.system);
    expect((await world.client.announce(world.client.score(retake.start))).status).toBe(422);
    world.pass(600_001);
    expect((await world.press(by, retake.interaction_id)).status).toBe(409);
    expect((await world.client.announce(world.client.score(start))).status).toBe(200);
  });

  test('a start without a program takes the place of the one before', async () => {
    const go = async () =>
      (await browse(world.toolcrib, 'GET', '/tooluser/tools/my-tool/', by)).headers.get('location') ?? '';
    const first = (await world.client.arrive(await go())).body.data;
    const second = (await world.client.arrive(await go())).body.data;
    expect((await world.client.announce(world.client.score(first))).status).toBe(422);
    expect((await world.client.announce(world.client.score(second))).status).toBe(200);
    expect((await world.latest(by)).status).toBe('succeeded');
  });

  test('a page elsewhere cannot throw away what has begun', async () => {
    const { token } = await world.begin(by);
    const path = '/tooluser/tools/my-tool/';
    const headers = { 'sec-fetch-site': 'cross-site' };
    const { status, headers: sent } = await browse(world.toolcrib, 'GET', path, { cookie: by.cookie, headers });
    expect([status, sent.get('location')]).toEqual([302, '/tooluser/start-tool/my-tool/']);
    expect(token).not.toBe('');
    expect(await world.latest(by)).toMatchObject({ status: 'running' });
  });
});

test('cancelled on its page, it ends; a result that comes then is refused', async () => {
  const { start, interaction_id } = await world.begin(by);
  await world.toolcrib.request('POST', `/v1/interactions/${interaction_id}/cancel`, { key: by.key });
  expect(await world.latest(by)).toMatchObject({ status: 'cancelled', state: 'finished-err' });
  expect((await world.client.announce(world.client.score(start))).status).toBe(422);
  expect((await world.call(by)).body.error.code).toBe('handoff_ended');
});

test('a person has the same reference at a client for ever, another one at every other client', async () => {
  verifies('HND-07');
  const first = await world.begin(by);
  const second = await world.begin(by, { tool: 'retake' });
  const elsewhere = await world.begin(by, { tool: 'sign', args: { text: 'x' } });
  const somebody = await world.begin(await world.person(`somebody${people}`));
  expect(second.start.persnr).toBe(first.start.persnr);
  expect(new Set([first, elsewhere, somebody].map(({ start }) => start.persnr)).size).toBe(3);
  for (const { start } of [first, elsewhere]) expect(start.persnr).not.toContain(by.user_id.replaceAll('-', ''));
});

test('every transition that is not legal is refused with a typed error and a row of the history', async () => {
  verifies('HND-05');
  await world.pause(by);
  const { id } = await world.latest(by);
  const { tenant } = (await world.toolcrib.request('GET', '/v1/me', { key: by.key })).body;
  const store = await openStore({ url: database.url, clock: systemClock, log: createLog({ level: 'silent' }) });
  const at = { tenant_id: tenant.id, id };
  let refused = 0;
  try {
    for (const from of handOffStates.slice(0, 8)) {
      await execute(database.superuser_url, `update toolcrib.handoff set state = '${from}' where id = '${id}'`);
      for (const to of handOffStates.filter((one) => !transitions[from].includes(one))) {
        await expect(tryTransition({ store, clock: systemClock }, { ...at, to })).rejects.toMatchObject({
          code: 'handoff_illegal',
          message: `A hand-off that is ${from} cannot become ${to}.`,
        });
        refused += 1;
      }
    }
  } finally {
    await store.close();
  }
  const { history, state } = await world.latest(by);
  expect(state).toBe(handOffStates[7]);
  expect(history.filter((entry: { refused: string | null }) => entry.refused !== null)).toHaveLength(refused);
});
