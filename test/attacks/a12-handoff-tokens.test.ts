// A12, of hand-offs: tokens and references that are forged, replayed, foreign or too old get nothing; what a person does for
// one call cannot be used for another, and a client's signature cannot be left out or used again for something else.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeToken } from '../../server/src/identity/token-text.ts';
import { signWebhook } from '../../server/src/base/signed-webhooks.ts';
import { startExamWorld } from '../support/exam-world.ts';
import type { ExamWorld } from '../support/exam-world.ts';
import { browse } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=';

describe('A12 tokens of hand-offs', () => {
  let world: ExamWorld;
  let ann: TestPerson;
  let people = 0;

  beforeAll(async () => {
    world = await startExamWorld();
  });
  beforeEach(async () => {
    people += 1;
    ann = await world.person(`ann${people}`);
  });
  afterAll(() => world.stop());

  const fetchToken = (token: string, prefix = '') =>
    world.toolcrib.request('GET', `${prefix}/fetch-token/?access_token=${token}`, { key: '' });

  test('forged, replayed, of another tenant: all answered alike', async () => {
    const { token } = await world.begin(ann);
    const { body: me } = await world.toolcrib.request('GET', '/v1/me', { key: ann.key });
    const forged = makeToken('th', me.tenant.id).text;
    const elsewhere = makeToken('th', '00000000-0000-7000-8000-000000000001').text;
    for (const tried of [token, forged, elsewhere, `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`]) {
      const { status, body } = await fetchToken(tried);
      expect([status, body.data.error, body.data.msg]).toEqual([401, 'token-expired', expect.any(String)]);
    }
    const path = (await world.press(ann, await world.pause(ann, { tool: 'retake' }))).headers.get('location') ?? '';
    const fresh = new URL(path).searchParams.get('access_token') ?? '';
    expect((await fetchToken(fresh, '/t/other')).status).toBe(401);
    expect((await fetchToken(fresh, '/t/nobody')).status).toBe(401);
    expect((await fetchToken(fresh, '/t/acme')).status).toBe(200);
  });

  test('the token of a session, of a key or of an invitation starts nothing', async () => {
    const session = ann.cookie.split('=')[1] ?? '';
    for (const token of [session, ann.key]) {
      expect((await fetchToken(token)).body.data.error).toBe('token-invalid');
    }
    const { token } = await world.begin(ann);
    const as_key = await world.toolcrib.request('GET', '/v1/me', { key: token });
    expect(as_key.status).toBe(401);
  });

  test('a link starts nothing for another person, nor for a key', async () => {
    const id = await world.pause(ann);
    const eve = await world.person(`eve${people}`);
    const mallory = await world.person(`mallory${people}`, { tenant: 'other' });
    for (const other of [eve, mallory]) {
      expect((await browse(world.toolcrib, 'GET', `/interactions/${id}`, other)).status).toBe(404);
      expect((await world.press(other, id)).status).toBeGreaterThanOrEqual(400);
    }
    const headers = { authorization: `Bearer ${ann.key}` };
    const by_key = await browse(world.toolcrib, 'GET', '/tooluser/tools/my-tool/', { headers });
    expect(by_key.headers.get('location')).toContain('/sign-in');
    expect(await world.latest(ann)).toMatchObject({ status: 'pending' });
  });

  test('the result of one call is none of another, of the same person or of another tenant', async () => {
    const old = await world.begin(ann);
    const used = world.client.score(old.start);
    expect((await world.client.announce(used)).status).toBe(200);
    await world.call(ann);
    // The same reference again, under a new token: it has its result.
    expect((await world.client.announce(world.client.score(old.start))).status).toBe(422);
    const fresh = await world.begin(ann);
    const mixed = world.client.score({ ...fresh.start, system: old.start.system });
    expect((await world.client.announce(mixed)).status).toBe(422);
    const mallory = await world.person(`mallory${people}`, { tenant: 'other' });
    const { start } = await world.begin(mallory);
    expect((await world.client.announce(world.client.score(start))).status).toBe(422);
    expect(await world.latest(mallory)).toMatchObject({ status: 'running' });
    expect(await world.latest(ann)).toMatchObject({ status: 'running' });
  });

  test('after the end nothing is taken', async () => {
    const { start, token } = await world.begin(ann);
    world.pass(5 * 60 * 60_000);
    expect((await fetchToken(token)).status).toBe(401);
    expect((await world.client.announce(world.client.score(start))).status).toBe(422);
  });

  test('invented announcements make the server ask no client of whom nothing is expected', async () => {
    const before = world.other_client.http.requests.length;
    for (const token of ['1', '2', '3']) {
      expect((await world.other_client.announce(token)).status).toBe(422);
    }
    expect(world.other_client.http.requests).toHaveLength(before);
  });

  describe('of pushed results', () => {
    async function push(body: string, change: { secret?: string; at_ms?: number; sent?: string } = {}) {
      const message = {
        id: `msg_${body.length}`,
        timestamp_s: Math.floor((change.at_ms ?? (await serverNow())) / 1_000),
        body,
      };
      return world.toolcrib.request('POST', '/result/?client=otherclient', {
        key: '',
        raw: change.sent ?? body,
        headers: {
          'webhook-id': message.id,
          'webhook-timestamp': String(message.timestamp_s),
          'webhook-signature': signWebhook(message, [change.secret ?? secret]),
        },
      });
    }

    /** The clock of the server was moved. */
    async function serverNow(): Promise<number> {
      const { body } = await world.toolcrib.request('GET', '/fetch-token/', { key: '' });
      return Date.parse(body.timestamp);
    }

    test('only signed ones are taken, once', async () => {
      const { start } = await world.begin(ann, { tool: 'sign', args: { text: 'x' } });
      const { persnr, exam, system } = start;
      const result = (token: string) =>
        JSON.stringify({
          ...{ type: 'result', timestamp: new Date().toISOString(), token },
          data: { persnr, exam, system, signature: 'Ann' },
        });
      const now = await serverNow();
      const refused = [
        await push(result('1'), { secret: `whsec_${Buffer.alloc(32).toString('base64')}` }),
        await push(result('2'), { at_ms: now - 6 * 60_000 }),
        await push(result('3'), { at_ms: now + 6 * 60_000 }),
        await push(result('4'), { sent: result('5') }),
      ];
      expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
      for (const { headers } of refused) expect(headers.get('www-authenticate')).toBeNull();
      expect(await world.latest(ann)).toMatchObject({ status: 'running' });
      expect((await push(result('6'))).status).toBe(200);
      expect((await push(result('6'))).status).toBe(200);
      expect((await push(result('7'))).status).toBe(422);
      const { body } = await world.call(ann, { tool: 'sign', args: { text: 'x' } });
      expect(body.result.value.signature).toBe('Ann');
    });

    test('a client without a secret can push none', async () => {
      const { start } = await world.begin(ann);
      const answer = await world.toolcrib.request('POST', '/result/?client=testclient', {
        key: '',
        raw: JSON.stringify({ type: 'result', timestamp: 'x', token: '1', data: start }),
      });
      expect([answer.status, answer.body.data.error]).toEqual([404, 'unknown-client']);
    });
  });

  test('hand-offs of other people are not there', async () => {
    await world.begin(ann);
    const { id } = await world.latest(ann);
    const eve = await world.person(`eve${people}`);
    const unknown = await world.toolcrib.request('GET', '/v1/handoffs/00000000-0000-7000-8000-000000000000', {
      key: eve.key,
    });
    const theirs = await world.toolcrib.request('GET', `/v1/handoffs/${id}`, { key: eve.key });
    expect(theirs.status).toBe(404);
    expect({ ...theirs.body, request_id: '' }).toEqual({ ...unknown.body, request_id: '' });
    expect((await world.toolcrib.request('POST', `/v1/handoffs/${id}/cancel`, { key: eve.key })).status).toBe(404);
    expect((await world.toolcrib.request('GET', '/v1/handoffs', { key: eve.key })).body.handoffs).toEqual([]);
    expect(await world.latest(ann)).toMatchObject({ status: 'running' });
  });
});
