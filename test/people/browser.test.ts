// A person in a real browser without scripts: invited, sets a password, signs out and in again, changes the password.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import type { TestBrowser } from '../support/browser.ts';
import { faultsOfLook } from '../support/faults-of-look.ts';
import { goodPassword } from '../support/people.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

// Skipped: without a Chromium; says so loudly.
describe.skipIf(!hasBrowser())('in a browser', () => {
  let browser: TestBrowser;
  let toolcrib: TestServer;

  beforeAll(async () => {
    [browser, toolcrib] = await Promise.all([openBrowser(), startTestServer()]);
  });
  afterAll(async () => {
    await Promise.all([browser.close(), toolcrib.stop()]);
  });

  const invite = async (email: string): Promise<string> =>
    (await toolcrib.request('POST', '/v1/invitations', { body: { email } })).body.url;

  async function acceptIn(page: Page, link: string): Promise<void> {
    await page.goto(link);
    await page.getByLabel('Password').fill(goodPassword);
    await page.getByLabel('The same again').fill(goodPassword);
    await page.getByRole('button', { name: 'Set the password and sign in' }).click();
    await page.waitForURL('**/account');
  }

  test('comes in by the link, out, and in again to the page that was asked for; all without scripts', async () => {
    const page = await browser.newPerson({ without_scripts: true });
    await acceptIn(page, await invite('ada@x.example'));
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Your account');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in');
    await page.goto(`${toolcrib.url}/account/password`);
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    await page.locator('#organisation').fill('default');
    await page.getByLabel('E-mail address').fill('ada@x.example');
    await page.getByLabel('Password').fill('a wrong password');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    expect(await page.getByRole('alert').textContent()).toContain('do not belong together');
    // What was typed stands there again, the password does not.
    expect(await page.getByLabel('E-mail address').inputValue()).toBe('ada@x.example');
    expect(await page.getByLabel('Password').inputValue()).toBe('');
    await page.getByLabel('Password').fill(goodPassword);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL('**/account/password');
    await page.getByLabel('Old password').fill(goodPassword);
    await page.getByLabel('New password').fill('another good password');
    await page.getByLabel('The same again').fill('another good password');
    await page.getByRole('button', { name: 'Change' }).click();
    expect(await page.getByRole('status').textContent()).toContain('The password is changed');
    expect(browser.problems).toEqual([]);
  });

  test('ends another browser of the same person', async () => {
    const [first, second] = [await browser.newPerson(), await browser.newPerson()];
    await acceptIn(first, await invite('two@x.example'));
    await second.goto(`${toolcrib.url}/sign-in`);
    await second.locator('#organisation').fill('default');
    await second.getByLabel('E-mail address').fill('two@x.example');
    await second.getByLabel('Password').fill(goodPassword);
    await second.getByRole('button', { name: 'Sign in', exact: true }).click();
    await second.waitForURL('**/account');
    await second.getByRole('button', { name: /^End the session/ }).click();
    await second.waitForURL('**/account');
    await first.reload();
    expect(new URL(first.url()).pathname).toBe('/sign-in');
  });

  test.each([
    ['light', false],
    ['dark', true],
  ])('fits a phone, every field has a name, and every text has the contrast of AA: %s', async (_name, dark) => {
    const page = await browser.newPerson({ phone: true, dark });
    const link = await invite(`phone-${String(dark)}@x.example`);
    const look = async (): Promise<void> => expect(await faultsOfLook(page)).toEqual([]);
    await page.goto(`${toolcrib.url}/sign-in`);
    await look();
    await page.goto(`${toolcrib.url}/invitations/unknown`);
    await look();
    await page.goto(link);
    await look();
    await acceptIn(page, link);
    await look();
    await page.goto(`${toolcrib.url}/account/password`);
    await look();
  });
});
