// Single sign-on with a real browser at a real issuer (oidc-provider): who comes in, as whom, and who does not.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import type { TestBrowser } from '../support/browser.ts';
import { openSignOnOffice } from '../support/sign-on-office.ts';
import type { SignOnOffice } from '../support/sign-on-office.ts';

// Skipped: where there is no browser and none can be installed.
describe.skipIf(!hasBrowser())('in a browser', () => {
  let office: SignOnOffice;
  let browser: TestBrowser;

  beforeAll(async () => {
    [office, browser] = await Promise.all([openSignOnOffice(), openBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await office.stop();
  });

  /** A browser without scripts, where the person of these claims has pressed the button of the sign-in page. */
  async function signIn(claims: Readonly<Record<string, unknown>>, page?: Page): Promise<Page> {
    office.issuer.signInAs({ email_verified: true, ...claims });
    const at = page ?? (await browser.newPerson({ without_scripts: true, phone: true }));
    await at.goto(`${office.url}/sign-in?organisation=acme`);
    await at.getByRole('link', { name: 'Sign in with Acme' }).click();
    await at.waitForURL(`${office.url}/**`);
    return at;
  }

  async function invite(body: { readonly email: string; readonly role?: string }): Promise<string> {
    const answer = await office.toolcrib.request('POST', '/v1/invitations', { body });
    expect(answer.status).toBe(201);
    return String(answer.body.url).replace('127.0.0.1', 'localhost');
  }

  /** Accepts an invitation with a password, as people do who have no single sign-on. */
  async function acceptInvitation(url: string): Promise<Page> {
    const page = await browser.newPerson();
    await page.goto(url);
    await page.locator('#password').fill('a long and good password');
    await page.locator('#again').fill('a long and good password');
    await page.locator('main form button').click();
    await page.waitForURL(`${office.url}/account**`);
    return page;
  }

  const accountText = (page: Page) => page.locator('main').innerText();

  test('somebody of a domain becomes a member with the role that is set, and stays who they are', async () => {
    const page = await signIn({ sub: 'ada', email: 'Ada@Acme.example', name: 'Ada L.' });
    expect(page.url()).toBe(`${office.url}/account`);
    expect(await accountText(page)).toMatch(/Ada L\.[^]*ada@acme\.example[^]*acme[^]*member[^]*single sign-on/);
    expect(await office.members()).toMatchObject({ 'ada@acme.example': 'member' });

    const again = await signIn({ sub: 'ada', email: 'ada@elsewhere.example', name: 'Another name' });
    expect(await accountText(again)).toMatch(/Ada L\.[^]*ada@acme\.example/);
    const { body } = await office.toolcrib.request('GET', '/v1/audit/changes');
    const actions = body.changes.map(({ action, via }: { action: string; via: string }) => `${action} ${via}`);
    expect(actions.slice(0, 3)).toEqual(['signed-in session', 'member-created session', 'signed-in session']);
  });

  test('somebody invited comes in with the role of the invitation, which is used up', async () => {
    const link = await invite({ email: 'ben@guest.example', role: 'builder' });
    const page = await signIn({ sub: 'ben', email: 'ben@guest.example' });
    expect(await accountText(page)).toContain('builder');
    const late = await (await browser.newPerson()).goto(link);
    expect(late?.status()).toBe(404);
    const { body } = await office.toolcrib.request('GET', '/v1/invitations');
    expect(body.invitations.map(({ email }: { email: string }) => email)).toEqual(['owner@acme.example']);
  });

  test('a member who has not been here yet is known by the address', async () => {
    const body = { email: 'cid@guest.example', name: 'Cid', role: 'builder' };
    await office.toolcrib.request('POST', '/v1/members', { body });
    const page = await signIn({ sub: 'cid', email: 'cid@guest.example' });
    expect(await accountText(page)).toMatch(/Cid[^]*builder/);
  });

  test.each([
    ['nobody has invited', { sub: 'eve', email: 'eve@evil.example' }, 'nobody has invited'],
    ['whose domain ends alike', { sub: 'eve2', email: 'eve@not-acme.example' }, 'nobody has invited'],
    ['of a domain below it', { sub: 'eve3', email: 'eve@sub.acme.example' }, 'nobody has invited'],
    [
      'whose address is not verified',
      { sub: 'eve4', email: 'e@acme.example', email_verified: false },
      'not say that it has verified',
    ],
    [
      'whose address is verified as a text',
      { sub: 'eve5', email: 'e@acme.example', email_verified: 'true' },
      'not say that it has verified',
    ],
    ['without an address', { sub: 'eve6' }, 'not say that it has verified'],
    ['with the address of a service account', { sub: 'eve7', email: 'bot@acme.service.invalid' }, 'nobody has invited'],
  ])('somebody %s is told why they do not come in', async (_name, claims, problem) => {
    const before = await office.members();
    const page = await signIn(claims);
    const alert = await page.getByRole('alert').innerText();
    expect(alert).toContain('Single sign-on lets nobody in here as you');
    expect(alert).toContain(problem);
    expect(alert).toMatch(/admin of your organisation/);
    await page.goto(`${office.url}/account`);
    expect(page.url()).toContain('/sign-in');
    expect(await office.members()).toEqual(before);
  });

  test("an account that is somebody's own is opened by an address alone to nobody, and linked by its owner", async () => {
    const owner = await acceptInvitation(await invite({ email: 'dora@guest.example' }));
    const stranger = await signIn({ sub: 'dora', email: 'dora@guest.example' });
    expect(await stranger.getByRole('alert').innerText()).toContain('opened in another way');

    office.issuer.signInAs({ sub: 'dora', email: 'dora@guest.example', email_verified: true });
    await owner.goto(`${office.button}?next=/account`);
    await owner.waitForURL(`${office.url}/account`);
    expect(await accountText(owner)).toMatch(/dora@guest\.example[^]*single sign-on/);
    const later = await signIn({ sub: 'dora', email: 'dora@guest.example' });
    expect(await accountText(later)).toContain('dora@guest.example');
  });

  test('an address that has got a new owner at the issuer opens nothing of the old one', async () => {
    await signIn({ sub: 'finn', email: 'finn@acme.example' });
    const page = await signIn({ sub: 'finn-the-second', email: 'finn@acme.example' });
    expect(await page.getByRole('alert').innerText()).toContain('belongs to somebody else');
  });

  test('keys that others have made for a person end when the person comes in', async () => {
    const body = { email: 'gil@guest.example', name: 'Gil', role: 'member' };
    const { body: member } = await office.toolcrib.request('POST', '/v1/members', { body });
    const key = { name: 'x', user_id: member.user_id, scopes: ['tools.use'] };
    const made = await office.toolcrib.request('POST', '/v1/keys', { body: key });
    expect((await office.toolcrib.request('GET', '/v1/me', { key: made.body.secret })).status).toBe(200);
    await signIn({ sub: 'gil', email: 'gil@guest.example' });
    expect((await office.toolcrib.request('GET', '/v1/me', { key: made.body.secret })).status).toBe(401);
  });

  test('A32: the way leads on to pages of this server alone', async () => {
    office.issuer.signInAs({ sub: 'ada', email: 'ada@acme.example', email_verified: true });
    const page = await browser.newPerson();
    await page.goto(`${office.button}?next=${encodeURIComponent('/account/password')}`);
    expect(page.url()).toBe(`${office.url}/account/password`);
    for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
      await page.goto(`${office.button}?next=${encodeURIComponent(next)}`);
      expect(page.url()).toBe(`${office.url}/account`);
    }
  });

  test('deleting the sign-on ends the sessions that were begun with it', async () => {
    const extra = await office.createSignOn({
      name: 'Short',
      client_id: 'short',
      domains: ['short.example'],
      role: 'builder',
    });
    office.issuer.signInAs({ sub: 'hal', email: 'hal@short.example', email_verified: true });
    const page = await browser.newPerson();
    await page.goto(office.buttonOf(extra));
    expect(await accountText(page)).toContain('builder');
    await office.toolcrib.request('DELETE', `/v1/sign-ons/${extra.id}`);
    await page.goto(`${office.url}/account`);
    expect(page.url()).toContain('/sign-in');
    const gone = await page.goto(office.buttonOf(extra));
    expect(gone?.status()).toBe(404);
  });

  test('no page had a fault', () => {
    expect(browser.problems).toEqual([]);
  });
});

describe('an issuer that tells the address at the userinfo endpoint alone', () => {
  // Skipped: where there is no browser and none can be installed.
  test.skipIf(!hasBrowser())('is asked there', async () => {
    const office = await openSignOnOffice({ issuer: { thin_id_tokens: true } });
    const browser = await openBrowser();
    try {
      office.issuer.signInAs({ sub: 'ada', email: 'ada@acme.example', email_verified: true });
      const page = await browser.newPerson();
      await page.goto(office.button);
      expect(page.url()).toBe(`${office.url}/account`);
      expect(office.issuer.requests.some((path) => path.startsWith('/me'))).toBe(true);
    } finally {
      await browser.close();
      await office.stop();
    }
  });
});
