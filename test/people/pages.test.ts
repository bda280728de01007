// The pages about people, as a browser without scripts uses them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../server/src/base/limits.ts';
import { accept, addPerson, browse, cookieOf, csrfOf, goodPassword, signIn } from '../support/people.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let toolcrib: TestServer;
let now = Date.parse('2026-12-01T10:00:00Z');
beforeAll(async () => {
  const monotonic = (): number => performance.now();
  toolcrib = await startTestServer({ tenants: ['acme', 'other'], clock: { now: () => now, monotonic } });
});
afterAll(() => toolcrib.stop());

const invite = async (email: string, role = 'member', key = toolcrib.keys['acme'] ?? '') =>
  toolcrib.request('POST', '/v1/invitations', { key, body: { email, role } });

describe('an invitation', () => {
  test('lets a person in once: they set a password, are a member, are signed in', async () => {
    const { url } = (await invite('ada@acme.example', 'builder')).body;
    const page = await browse(toolcrib, 'GET', new URL(url).pathname);
    expect(page).toMatchObject({ status: 200 });
    expect(page.text).toContain('ada@acme.example');
    const answer = await accept(toolcrib, url);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/account');
    const account = await browse(toolcrib, 'GET', '/account', { cookie: cookieOf(answer) });
    expect(account.text).toMatch(/<dt>Role<\/dt><dd>builder<\/dd>/);
    expect((await accept(toolcrib, url)).status).toBe(404);
    expect((await browse(toolcrib, 'GET', new URL(url).pathname)).status).toBe(404);
  });

  test('works once also when it is sent twice at the same moment', async () => {
    const { url } = (await invite('twice@acme.example')).body;
    const answers = await Promise.all([accept(toolcrib, url), accept(toolcrib, url)]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303, 404]));
  });

  test.each([
    ['short', goodPassword.slice(0, 11), 'is too short'],
    ['long', 'x'.repeat(1_025), 'is too long'],
  ])('does not take a password that is too %s', async (_name, password, text) => {
    const { url } = (await invite('weak@acme.example')).body;
    const answer = await accept(toolcrib, url, password);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(text);
  });

  test('does not take two passwords that differ', async () => {
    const path = new URL((await invite('weak@acme.example')).body.url).pathname;
    const answer = await browse(toolcrib, 'POST', path, { form: { password: goodPassword, again: 'something else' } });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('differ');
  });

  test('ends after its time, and when a newer one is made', async () => {
    const first = (await invite('late@acme.example')).body.url;
    const second = (await invite('late@acme.example')).body.url;
    expect((await accept(toolcrib, first)).status).toBe(404);
    now += limits.invitation_ms;
    expect((await accept(toolcrib, second)).status).toBe(404);
    now -= limits.invitation_ms;
  });

  test('opens nothing in another tenant', async () => {
    const { url } = (await invite('mallory@x.example', 'admin', toolcrib.keys['other'])).body;
    const cookie = cookieOf(await accept(toolcrib, url));
    const me = await toolcrib.request('GET', '/v1/me', { key: '', headers: { cookie } });
    expect(me.body.tenant.slug).toBe('other');
  });
});

describe('signing in', () => {
  beforeAll(() => addPerson(toolcrib, { email: 'grace@acme.example' }));
  const form = { organisation: 'acme', email: 'grace@acme.example', password: goodPassword };

  test('leads to where the person came from', async () => {
    const away = await browse(toolcrib, 'GET', '/account/password?x=1');
    expect(away.status).toBe(303);
    expect(away.headers.get('location')).toBe('/sign-in?next=%2Faccount%2Fpassword%3Fx%3D1');
    const page = await browse(toolcrib, 'GET', away.headers.get('location') ?? '');
    expect(page.text).toContain('name="next" value="/account/password?x=1"');
    const answer = await signIn(toolcrib, { ...form, next: '/account/password?x=1' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/account/password?x=1');
  });

  test('takes organisation and address in any case, and the password in any composition (NFKC)', async () => {
    const { url } = (await invite('norm@acme.example')).body;
    expect((await accept(toolcrib, url, 'Å ngström ﬁne words')).status).toBe(303);
    const spelled = { organisation: ' ACME ', email: 'Norm@Acme.example', password: 'Å ngström fine words' };
    expect((await signIn(toolcrib, spelled)).status).toBe(303);
  });

  test('sets a cookie that is for this host alone, hidden from scripts, and not sent from other sites', async () => {
    const [cookie = ''] = (await signIn(toolcrib, form)).headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-toolcrib=ts_\w+; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=604800$/);
  });

  test('gives a new session each time and ends the one that the browser had', async () => {
    const first = cookieOf(await signIn(toolcrib, form));
    const second = cookieOf(await signIn(toolcrib, form, { cookie: first }));
    expect(second).not.toBe(first);
    expect((await browse(toolcrib, 'GET', '/account', { cookie: first })).status).toBe(303);
    expect((await browse(toolcrib, 'GET', '/account', { cookie: second })).status).toBe(200);
  });

  test('who is signed in is sent on', async () => {
    const cookie = cookieOf(await signIn(toolcrib, form));
    const answer = await browse(toolcrib, 'GET', '/sign-in?next=/account/password', { cookie });
    expect(answer.headers.get('location')).toBe('/account/password');
  });

  test('out again: the session is over, not only the cookie', async () => {
    const cookie = cookieOf(await signIn(toolcrib, form));
    const csrf = csrfOf(await browse(toolcrib, 'GET', '/account', { cookie }));
    const answer = await browse(toolcrib, 'POST', '/sign-out', { cookie, form: { csrf } });
    expect(answer.headers.getSetCookie().join()).toContain('__Host-toolcrib=; ');
    expect((await browse(toolcrib, 'GET', '/account', { cookie })).status).toBe(303);
  });

  test('ends after a day without use and after a week with use', async () => {
    const start = now;
    const cookie = cookieOf(await signIn(toolcrib, form));
    const status = async (): Promise<number> => {
      await toolcrib.request('POST', '/v1/keys', { body: { name: 'forgets what is remembered' } });
      return (await browse(toolcrib, 'GET', '/account', { cookie })).status;
    };
    for (let day = 0; day < 6; day += 1) {
      now += limits.session_idle_ms;
      await expect.poll(status, { timeout: 5_000 }).toBe(200);
    }
    now = start + limits.session_ms;
    await expect.poll(status, { timeout: 5_000 }).toBe(303);
    now = start;
    const idle = cookieOf(await signIn(toolcrib, form));
    now += limits.session_idle_ms + 1;
    expect((await browse(toolcrib, 'GET', '/account', { cookie: idle })).status).toBe(303);
    now = start;
  });
});

describe('the account page', () => {
  test('ends another session of the same person, and none of somebody else', async () => {
    const mine = await addPerson(toolcrib, { email: 'two@acme.example' });
    const other = await addPerson(toolcrib, { email: 'else@acme.example' });
    const second = cookieOf(
      await signIn(toolcrib, { organisation: 'acme', email: mine.email, password: mine.password }),
    );
    const page = await browse(toolcrib, 'GET', '/account', { cookie: second });
    const [, path = ''] = /action="(\/account\/sessions\/[^"]+)"/.exec(page.text) ?? [];
    const csrf = csrfOf(page);
    const theirs = await browse(toolcrib, 'GET', '/account', { cookie: other.cookie });
    const foreign = await browse(toolcrib, 'POST', path, { cookie: other.cookie, form: { csrf: csrfOf(theirs) } });
    expect(foreign.status).toBe(404);
    expect((await browse(toolcrib, 'POST', path, { cookie: second, form: { csrf } })).status).toBe(303);
    expect((await browse(toolcrib, 'GET', '/account', { cookie: mine.cookie })).status).toBe(303);
    expect((await browse(toolcrib, 'GET', '/account', { cookie: second })).status).toBe(200);
  });

  test('changes the password with the old one; the other sessions end, this one and the keys go on', async () => {
    const person = await addPerson(toolcrib, { email: 'change@acme.example' });
    const who = { organisation: 'acme', email: person.email };
    const other = cookieOf(await signIn(toolcrib, { ...who, password: person.password }));
    const { cookie } = person;
    const csrf = csrfOf(await browse(toolcrib, 'GET', '/account/password', { cookie }));
    const password = 'quite another secret';
    const send = (old: string) =>
      browse(toolcrib, 'POST', '/account/password', { cookie, form: { csrf, old, password, again: password } });
    const wrong = await send('not the old password');
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('The old password is wrong');
    const right = await send(person.password);
    expect(right.headers.get('location')).toBe('/account?done=password');
    expect((await browse(toolcrib, 'GET', '/account', { cookie: other })).status).toBe(303);
    expect((await browse(toolcrib, 'GET', '/account', { cookie })).status).toBe(200);
    expect((await toolcrib.request('GET', '/v1/me', { key: person.key })).status).toBe(200);
    expect((await signIn(toolcrib, { ...who, password: person.password })).status).toBe(401);
    expect((await signIn(toolcrib, { ...who, password })).status).toBe(303);
  });
});

test('what goes wrong on a page is shown as a page, with what to do and the id for the operator', async () => {
  const answer = await browse(toolcrib, 'GET', '/invitations/nothing');
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.text).toContain('There is nothing here for you.');
  expect(answer.text).toMatch(/request <code>[0-9a-f-]{36}<\/code>/);
});
