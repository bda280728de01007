// The operations on hand-offs: one's own, those of everybody, filters, history, result, cancelling.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startExamWorld } from '../support/exam-world.ts';
import type { ExamWorld } from '../support/exam-world.ts';
import { operationCaller } from '../support/operation-caller.ts';
import type { TestPerson } from '../support/people.ts';
import { verifies } from '../support/verifies.ts';

let world: ExamWorld;
let ann: TestPerson;
let ben: TestPerson;
let admin: TestPerson;
const call = operationCaller(() => world.toolcrib);

beforeAll(async () => {
  world = await startExamWorld();
  ann = await world.person('ann');
  ben = await world.person('ben');
  admin = await world.person('admin', { role: 'admin' });
  const { start } = await world.begin(ann);
  await world.client.announce(world.client.score(start));
  await world.pause(ann, { tool: 'retake' });
  await world.begin(ben);
});
afterAll(() => world.stop());

const idsOf = (body: { handoffs: readonly { tool: string; user: { email: string } }[] }): readonly string[] =>
  body.handoffs.map(({ tool, user }) => `${tool} ${user.email.split('@')[0]}`);

describe('200', () => {
  test('lists one’s own, newest first', async () => {
    const { status, body } = await call('listHandOffs', '/v1/handoffs', { key: ann.key });
    expect([status, idsOf(body)]).toEqual([200, ['retake ann', 'exam ann']]);
  });

  test('lists those of everybody for those who manage them, by tool, status and page', async () => {
    const list = async (query: string) =>
      (await call('listHandOffs', `/v1/handoffs?${query}`, { key: admin.key })).body;
    expect(idsOf(await list(''))).toEqual(['exam ben', 'retake ann', 'exam ann']);
    expect(idsOf(await list('tool=exam'))).toEqual(['exam ben', 'exam ann']);
    expect(idsOf(await list('status=succeeded'))).toEqual(['exam ann']);
    expect(idsOf(await list('status=pending'))).toEqual(['retake ann']);
    expect(idsOf(await list('status=running'))).toEqual(['exam ben']);
    for (const status of ['failed', 'expired', 'cancelled']) expect(idsOf(await list(`status=${status}`))).toEqual([]);
    const first = await list('limit=2');
    expect(idsOf(await list(`limit=2&before=${first.next}`))).toEqual(['exam ann']);
  });

  test('shows the history and the result to its person and to those who manage hand-offs', async () => {
    verifies('HND-05');
    const { body } = await call('listHandOffs', '/v1/handoffs?tool=exam', { key: ann.key });
    const path = `/v1/handoffs/${body.handoffs[0].id}`;
    for (const { key } of [ann, admin]) {
      const one = await call('getHandOff', path, { key });
      expect(one.body).toMatchObject({
        status: 'succeeded',
        state: 'finished-ok',
        client: 'testclient',
        slug: 'my-tool',
      });
      expect(one.body.result.data).toMatchObject({ passed: true, participant_id: 42 });
      expect(JSON.parse(one.body.result.verbatim).data).toEqual(one.body.result.data);
      expect(one.body.history.map((entry: { to: string }) => entry.to)).toEqual([
        ...['started', 'tool-validated', 'authenticated', 'authorized', 'start-tk-sent', 'start-tk-sent-ok'],
        ...['start-tk-received', 'start-tk-ok', 'start-data-sent', 'start-data-sent-ok', 'result-tk-received'],
        ...['result-tk-sent', 'result-received-ok', 'result-saved', 'finished-ok'],
      ]);
    }
  });

  test('cancels: by its person, by those who manage them', async () => {
    const { body: own } = await call('listHandOffs', '/v1/handoffs?tool=retake', { key: ann.key });
    const by_ann = await call('cancelHandOff', `/v1/handoffs/${own.handoffs[0].id}/cancel`, { key: ann.key });
    expect(by_ann.body).toMatchObject({ status: 'cancelled', reason: 'cancelled' });
    const { body: bens } = await call('listHandOffs', '/v1/handoffs', { key: ben.key });
    const by_admin = await call('cancelHandOff', `/v1/handoffs/${bens.handoffs[0].id}/cancel`, { key: admin.key });
    expect(by_admin.status).toBe(200);
    expect((await world.call(ben)).body.error.code).toBe('handoff_ended');
    const changes = await world.toolcrib.request('GET', '/v1/audit/changes', { key: admin.key });
    const actions = changes.body.changes.map((change: { action: string }) => change.action);
    expect(actions).toEqual(expect.arrayContaining(['handoff-started', 'handoff-finished', 'handoff-cancelled']));
  });
});

test('409 for cancelling what has ended', async () => {
  const { body } = await call('listHandOffs', '/v1/handoffs?tool=exam', { key: ann.key });
  const again = await call('cancelHandOff', `/v1/handoffs/${body.handoffs[0].id}/cancel`, { key: ann.key });
  expect([again.status, again.body.error.code]).toEqual([409, 'conflict']);
});

test('404 for an unknown id, and for what is no id', async () => {
  for (const id of ['00000000-0000-7000-8000-000000000000', 'x']) {
    expect((await call('getHandOff', `/v1/handoffs/${id}`, { key: ann.key })).status).toBe(404);
    expect((await call('cancelHandOff', `/v1/handoffs/${id}/cancel`, { key: ann.key })).status).toBe(404);
  }
});

test('a tenant defines its own client and tool over the API, without a secret in it', async () => {
  verifies('HND-06');
  const builder = await world.person('builder', { role: 'builder' });
  const put = (path: string, body: unknown) =>
    world.toolcrib.request('PUT', `/v1/definitions/${path}`, { key: builder.key, body });
  const { start_url, result_url } = world.client;
  const source = { kind: 'handoff', start_url, result_url };
  const with_secret = await put('source/ours', {
    ...source,
    signing_secret: `whsec_${Buffer.alloc(32).toString('base64')}`,
  });
  expect(with_secret.status).toBe(422);
  expect((await put('source/ours', source)).status).toBeLessThan(300);
  expect((await put('tool/our_exam', { kind: 'handoff', source: 'ours', description: 'Ours.' })).status).toBeLessThan(
    300,
  );
  const { start } = await world.begin(ann, { tool: 'our_exam' });
  const root = `${world.toolcrib.url}/t/acme/result/`;
  const token = world.client.score(start);
  expect((await fetch(`${root}?access_token=${token}&client=ours`)).status).toBe(200);
  expect((await world.call(ann, { tool: 'our_exam' })).body.result.value.passed).toBe(true);
});
