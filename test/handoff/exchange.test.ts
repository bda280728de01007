// The exchange between server and client field for field, as it was recorded from the original, with a client that knows
// nothing of us and a person's session.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startExamWorld } from '../support/exam-world.ts';
import type { ExamWorld } from '../support/exam-world.ts';
import { browse } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { verifies } from '../support/verifies.ts';

let world: ExamWorld;
let ann: TestPerson;
/** Of one test: what others have begun does not end here. */
let by: TestPerson;
let people = 0;

beforeAll(async () => {
  world = await startExamWorld();
  ann = await world.person('ann');
});
beforeEach(async () => {
  people += 1;
  by = await world.person(`person${people}`);
});
afterAll(() => world.stop());

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const get = (path: string, headers: Record<string, string> = {}) =>
  world.toolcrib.request('GET', path, { key: '', headers });

describe('0 the discovery document', () => {
  const document = (prefix: string) => ({
    api: {
      metadata: { active: true, name: 'toolcall', url: `${prefix}/.api/toolcall/v2/`, version: 2 },
      urls: {
        'root-url': `${world.toolcrib.url}${prefix}/`,
        start_data: { url: 'fetch-token/', description: expect.any(String) },
        result_token: { url: 'result/', description: expect.any(String) },
      },
    },
  });

  test('has the shape of the original', async () => {
    verifies('HND-01');
    const { status, headers, body } = await get('/.api/toolcall/v2/');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=UTF-8']);
    expect(body).toEqual(document(''));
    expect((await get('/.api/toolcall/v2')).body).toEqual(document(''));
  });

  test('leads below the prefix of a tenant, whether or not there is one', async () => {
    expect((await get('/t/acme/.api/toolcall/v2/')).body).toEqual(document('/t/acme'));
    expect((await get('/t/nobody/.api/toolcall/v2/')).body).toEqual(document('/t/nobody'));
  });
});

describe('1 the start', () => {
  test('sends whoever is not signed in to sign in, and back', async () => {
    for (const path of [
      '/tooluser/tools/my-tool/',
      '/tooluser/start-tool/my-tool/',
      '/t/acme/tooluser/tools/my-tool/',
    ]) {
      const { status, headers } = await browse(world.toolcrib, 'GET', path);
      expect([status, headers.get('location')]).toEqual([302, `/sign-in?next=${encodeURIComponent(path)}`]);
    }
  });

  test('sends the browser to the client with a token of ours', async () => {
    verifies('HND-02');
    const person = await world.person('ben');
    const { status, headers } = await browse(world.toolcrib, 'GET', '/tooluser/tools/my-tool/', person);
    expect(status).toBe(302);
    expect(headers.get('location')).toMatch(
      new RegExp(`^${world.client.start_url.replaceAll('.', '\\.')}\\?access_token=th_[0-9a-z_]+$`),
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    const data = (await world.client.arrive(headers.get('location') ?? '')).body.data;
    expect(data).toMatchObject({ exam: 'my-tool', exam_kind: 'start', extra_time: false });
  });

  test('has a page between with a link, for whoever looks at each step', async () => {
    const { status, text } = await browse(world.toolcrib, 'GET', '/tooluser/start-tool/my-tool/', ann);
    expect(status).toBe(200);
    expect(text).toContain('<a class="button" href="/tooluser/tools/my-tool/">start tool</a>');
  });

  test('finds nothing for a tool that is not there, and below the prefix of another tenant', async () => {
    expect((await browse(world.toolcrib, 'GET', '/tooluser/tools/other/', ann)).status).toBe(404);
    expect((await browse(world.toolcrib, 'GET', '/t/other/tooluser/tools/my-tool/', ann)).status).toBe(404);
  });
});

describe('3 the start data', () => {
  test('come once for the token, field for field', async () => {
    verifies('HND-03');
    const { token, answer } = await world.begin(by);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      type: 'person',
      msgid: expect.stringMatching(uuid),
      timestamp: expect.stringMatching(iso),
      token,
      data: {
        persnr: expect.stringMatching(/^N\d{32}$/),
        firstName: by.email,
        lastName: '',
        email: by.email,
        exam: 'my-tool',
        exam_kind: 'start',
        extra_time: false,
        system: expect.any(String),
      },
    });
    expect((await world.client.fetchToken(token)).status).toBe(401);
  });

  test('come for the token in the header X-Access-Token too', async () => {
    const id = await world.pause(by, { args: { extra_time: true, exam_kind: 'again' } });
    const location = (await world.press(by, id)).headers.get('location') ?? '';
    const token = new URL(location).searchParams.get('access_token') ?? '';
    const { status, body } = await get('/fetch-token/', { 'x-access-token': token });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ exam_kind: 'again', extra_time: true });
    expect(body.data).not.toHaveProperty('input');
  });

  test('hold what else the tool was asked', async () => {
    const { start } = await world.begin(by, { tool: 'sign', args: { text: 'I promise' } });
    expect(start.input).toEqual({ text: 'I promise' });
  });

  test.each([
    ['no token', '/fetch-token/', 400, 'missing-token'],
    ['a token that is none', '/fetch-token/?access_token=abc', 401, 'token-invalid'],
    ['an invented token', `/fetch-token/?access_token=th_1_${'0'.repeat(50)}`, 401, 'token-expired'],
    ['no token below a tenant', '/t/acme/fetch-token', 400, 'missing-token'],
  ])('do not come for %s', async (_what, path, status, error) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    const token = new URLSearchParams(path.split('?')[1]).get('access_token') ?? '';
    expect(answer.body).toEqual({
      type: 'error',
      msgid: expect.stringMatching(uuid),
      timestamp: expect.stringMatching(iso),
      token,
      data: { error, msg: expect.any(String) },
    });
    const renewal = status === 401 ? `Token realm="Person", location="${world.toolcrib.url}/interactions"` : null;
    expect(answer.headers.get('www-authenticate')).toBe(renewal);
  });
});

describe('4 and 5 the result', () => {
  test('is fetched while its announcement is held, and given to the call that waits, once', async () => {
    verifies('HND-04');
    const { start } = await world.begin(by);
    const token = world.client.score(start);
    const { status, body } = await world.client.announce(token);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...{ type: 'ok', msgid: expect.stringMatching(uuid), timestamp: expect.stringMatching(iso), token, data: {} },
    });
    expect(world.client.http.requests.at(-1)?.path).toBe(`/result-token/?access_token=${token}`);
    const called = await world.call(by);
    expect(called.status).toBe(200);
    const { persnr, exam, system } = start;
    const data = { persnr, participant_id: 42, exam, exam_type: 'start', passed: true, score: 42, system };
    expect(called.body.result).toEqual({ kind: 'value', value: data });
    expect((await world.call(by)).status).toBe(202);
  });

  test('is answered like the first time and stored once when it is announced again', async () => {
    const { start } = await world.begin(by);
    const token = world.client.score(start);
    const answers = await Promise.all([world.client.announce(token), world.client.announce(token)]);
    answers.push(await world.client.announce(token));
    expect(answers.map(({ status, body }) => [status, body.type, body.data])).toEqual(
      answers.map(() => [200, 'ok', {}]),
    );
    expect(world.client.http.requests.filter(({ path }) => path.endsWith(token))).toHaveLength(1);
    const { result, history } = await world.latest(by);
    expect(JSON.parse(result.verbatim).token).toBe(token);
    expect(history.filter((entry: { to: string }) => entry.to === 'finished-ok')).toHaveLength(1);
    await world.call(by);
  });

  test('may say participation_id and leave out the score', async () => {
    const { start } = await world.begin(by);
    const token = world.client.score(start, (result) => {
      const { participant_id, score: _, ...data } = (result as { data: Record<string, unknown> }).data;
      return { ...(result as object), data: { ...data, participation_id: participant_id } };
    });
    expect((await world.client.announce(token)).status).toBe(200);
    expect((await world.call(by)).body.result.value).toMatchObject({ participant_id: 42, passed: true });
  });

  test.each([
    ['no token', '/result/?client=testclient', 400, 'missing-token'],
    ['a client that is not there', '/result/?access_token=1&client=nobody', 404, 'unknown-client'],
    ['a tenant that is not there', '/t/nobody/result/?access_token=1&client=testclient', 404, 'unknown-client'],
    ['no client', '/result/?access_token=1', 404, 'unknown-client'],
    ['a token that the client does not know', '/result/?access_token=1&client=testclient', 422, 'error'],
  ])('is refused for %s', async (_what, path, status, error) => {
    const answer = await get(path);
    expect([answer.status, answer.body.type, answer.body.data.error]).toEqual([status, 'error', error]);
  });
});
