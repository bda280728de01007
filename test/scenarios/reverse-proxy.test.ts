// The server behind a real reverse proxy (nginx) that speaks https under another host name, used with a real browser: signing
// in with a password and at an issuer, links, cookies, redirections, pages of other origins. Both with a proxy that hands the
// Host header on, and with one that nobody has told to.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import type { TestBrowser } from '../support/browser.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { freePort } from '../support/free-port.ts';
import { hasReverseProxy, startReverseProxy } from '../support/reverse-proxy.ts';
import type { ReverseProxy } from '../support/reverse-proxy.ts';
import { openSignOnOffice } from '../support/sign-on-office.ts';
import type { SignOnOffice } from '../support/sign-on-office.ts';
import { verifies } from '../support/verifies.ts';

const password = 'a long and good password';

// Skipped: where there is no browser or no nginx and none can be installed.
describe.skipIf(!hasReverseProxy() || !hasBrowser()).each([
  ['that hands the Host header on', true],
  ['that asks under its own name for the server', false],
])('behind a proxy %s', (_name, keeps_host) => {
  let office: SignOnOffice;
  let proxy: ReverseProxy;
  let browser: TestBrowser;
  let url: string;
  /** Serves the pages of other applications. */
  let site: LocalHttp;

  beforeAll(async () => {
    const port = await freePort();
    url = `https://tools.test:${port}`;
    site = await startLocalHttp((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>An application</title>');
    });
    const allowed_origins = [`http://app.test:${site.port}`];
    office = await openSignOnOffice({ config: { public_urls: [url], allowed_origins } });
    proxy = await startReverseProxy({ port, target: office.toolcrib.url, keeps_host });
    browser = await openBrowser();
    office.issuer.allowReturn(`${url}/sign-on/acme/callback`);
  });
  afterAll(async () => {
    await browser.close();
    await proxy.stop();
    await Promise.all([office.stop(), site.close()]);
  });

  const newPerson = (): Promise<Page> => browser.newPerson({ any_certificate: true, without_scripts: true });

  test('an invited person sets a password, signs out and in, and ends where they wanted to go', async () => {
    verifies('OAU-06');
    const invited = await office.toolcrib.request('POST', '/v1/invitations', { body: { email: 'ben@guest.example' } });
    expect(invited.body.url).toMatch(new RegExp(`^${url}/invitations/`));
    const page = await newPerson();
    await page.goto(String(invited.body.url));
    await page.locator('#password').fill(password);
    await page.locator('#again').fill(password);
    await page.locator('main form button').click();
    await page.waitForURL(`${url}/account`);
    const cookies = await page.context().cookies();
    expect(cookies).toMatchObject([
      { name: '__Host-toolcrib', domain: 'tools.test', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' },
    ]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${url}/sign-in`);
    await page.goto(`${url}/account/password`);
    expect(page.url()).toContain(`${url}/sign-in?`);
    await page.locator('#organisation').fill('acme');
    await page.locator('#email').fill('ben@guest.example');
    await page.locator('#password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${url}/account**`);
    expect(await page.locator('main').innerText()).toMatch(/password/i);
  });

  test('a person signs in at the issuer and comes back under the name of the proxy', async () => {
    verifies('OAU-06');
    const listed = await office.toolcrib.request('GET', '/v1/sign-ons');
    expect(listed.body.sign_ons[0].redirect_uri).toBe(`${url}/sign-on/acme/callback`);
    office.issuer.signInAs({ sub: 'ada', email: 'ada@acme.example', email_verified: true });
    const page = await newPerson();
    await page.goto(`${url}/sign-in?organisation=acme`);
    await page.getByRole('link', { name: 'Sign in with Acme' }).click();
    await page.waitForURL(`${url}/account`);
    expect(await page.locator('main').innerText()).toContain('ada@acme.example');
  });

  test('a form that another site sends is refused', async () => {
    const page = await newPerson();
    await page.route('https://evil.test/', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<form method="post" action="${url}/sign-in"><input name="email" value="x"><button>Go</button></form>`,
      }),
    );
    await page.goto('https://evil.test/');
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url() === `${url}/sign-in`),
      page.getByRole('button').click(),
    ]);
    expect(answer.status()).toBe(403);
  });

  test('pages of a configured origin call through it, and of no other', async () => {
    verifies('OAU-06');
    const page = await browser.newPerson({ any_certificate: true });
    const call = (): Promise<number> =>
      page.evaluate(
        async ([to, key]) => {
          const headers = { authorization: `Bearer ${key}` };
          return fetch(to, { headers }).then(
            ({ status }) => status,
            () => 0,
          );
        },
        [`${url}/v1/me`, office.toolcrib.key] as const,
      );
    await page.goto(`http://app.test:${site.port}/`);
    expect(await call()).toBe(200);
    await page.goto(`http://other.test:${site.port}/`);
    expect(await call()).toBe(0);
  });

  test('A32: what a request says of itself in X-Forwarded headers stands in no link', async () => {
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', forwarded: 'host=evil.example' };
    const body = { email: 'cid@guest.example' };
    const invited = await office.toolcrib.request('POST', '/v1/invitations', { headers, body });
    expect(invited.body.url).toMatch(new RegExp(`^${url}/`));
    const answer = await fetch(office.button, { headers, redirect: 'manual' });
    const redirect_uri = new URL(answer.headers.get('location') ?? '').searchParams.get('redirect_uri');
    expect(redirect_uri).toBe(`${url}/sign-on/acme/callback`);
  });
});
