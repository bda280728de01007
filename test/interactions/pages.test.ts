// The pages of interactions in a real browser: on a phone without scripts, with two people, and for whoever follows another
// person's link.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import type { PersonOptions, TestBrowser } from '../support/browser.ts';
import type { TestPerson } from '../support/people.ts';
import { offerOf, signInOn, startPausingWorld } from '../support/pausing-world.ts';
import type { PausingWorld } from '../support/pausing-world.ts';
import type { Answer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

const phone: PersonOptions = { phone: true, without_scripts: true };

// Skipped: without a browser there is nothing to look at; hasBrowser says how to get one.
describe.skipIf(!hasBrowser())('in a browser', () => {
  let world: PausingWorld;
  let browser: TestBrowser;
  let ann: TestPerson;
  let boss: TestPerson;

  beforeAll(async () => {
    world = await startPausingWorld();
    browser = await openBrowser();
    ann = await world.person('ann');
    boss = await world.person('boss', { role: 'admin' });
  });
  afterAll(async () => {
    await browser.close();
    await world.stop();
  });

  async function pageOf(person: TestPerson, options: PersonOptions = phone): Promise<Page> {
    const page = await browser.newPerson(options);
    await signInOn(page, world.toolcrib, person);
    return page;
  }

  const call = (by: TestPerson, name: string): Promise<Answer> =>
    world.toolcrib.request('POST', `/v1/tools/${name}/call`, { key: by.key, body: {} });
  const fits = (page: Page): Promise<boolean> =>
    page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

  /** axe runs in the page: not for a browser without scripts. */
  async function expectAccessible(page: Page): Promise<void> {
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`)).toEqual([]);
  }

  test('yes, on a phone without scripts: shows what would run, word for word, then the way back', async () => {
    verifies('INT-01', 'INT-02');
    const strange = 'bob\u202e\u200b<b>"\n';
    const offer = await world.askToWire(ann, { to: strange });
    const page = await pageOf(ann);
    const answer = await page.goto(offer.url);
    expect(answer?.status()).toBe(200);
    expect(await page.textContent('pre')).toBe('{\n  "amount": 5,\n  "to": "bob\\u202e\\u200b<b>\\"\\n"\n}');
    const text = (await page.textContent('main')) ?? '';
    for (const part of ['wire_money', 'critical', ann.email, 'own key']) expect(text).toContain(part);
    // The author's words stand where they are the author's, and are no part of the page.
    expect(await page.textContent('blockquote')).toContain('<script>alert(1)</script>');
    expect(await page.locator('main script').count()).toBe(0);
    await page.getByRole('button', { name: 'Yes, run it once' }).click();
    expect(await page.textContent('[role=status]')).toContain('You can go back; the call can be repeated now.');
    expect((await world.wire(ann, { to: strange })).status).toBe(200);
    await page.reload();
    expect(await page.textContent('[role=status]')).toContain('The call has run.');
    expect(world.wires().at(-1)).toEqual({ to: strange, amount: 5 });
  });

  test('no', async () => {
    const offer = await world.askToWire(ann, { to: 'nobody' });
    const page = await pageOf(ann);
    await page.goto(offer.url);
    await page.getByRole('button', { name: 'No, do not run it' }).click();
    expect(await page.textContent('[role=status]')).toContain('Refused');
    expect(await page.locator('main button').count()).toBe(0);
    expect((await world.wire(ann, { to: 'nobody' })).body.error.code).toBe('approval_denied');
  });

  test('signing in leads back to the link; every page fits a phone and is accessible', async () => {
    const offer = await world.askToWire(ann, { to: 'x'.repeat(3_000) });
    const page = await browser.newPerson({ phone: true });
    await page.goto(offer.url);
    await page.fill('input[name=organisation]', 'acme');
    await page.fill('input[name=email]', ann.email);
    await page.fill('input[name=password]', ann.password);
    await page.click('main button');
    await page.waitForURL(offer.url);
    expect(await fits(page)).toBe(true);
    await expectAccessible(page);
    for (const url of [offerOf(await call(ann, 'read_mail')).url, `${world.toolcrib.url}/interactions`]) {
      await page.goto(url);
      expect(await fits(page), url).toBe(true);
      await expectAccessible(page);
    }
  });

  test('connecting by hand: a fault is told at its field, the secret is not shown again, the call goes on', async () => {
    verifies('INT-01');
    const offer = offerOf(await call(ann, 'read_mail'));
    expect(offer).toMatchObject({ kind: 'connect', message: 'Connect an account of mail for the tool "read_mail".' });
    const page = await pageOf(ann, { phone: true });
    await page.goto(offer.url);
    await page.getByLabel('Token', { exact: true }).fill('with a space');
    await page.getByRole('button', { name: 'Connect: Token' }).click();
    const field = page.getByLabel('Token', { exact: true });
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await field.inputValue()).toBe('');
    expect(await page.content()).not.toContain('with a space');
    await expectAccessible(page);
    await field.fill('token-of-ann');
    // A member may not share, and is not offered it.
    expect(await page.getByLabel('Share it').count()).toBe(0);
    await page.getByRole('button', { name: 'Connect: Token' }).click();
    expect(await page.textContent('[role=status]')).toContain('Done.');
    expect((await call(ann, 'read_mail')).status).toBe(200);
    expect(world.service.requests.at(-1)?.headers.authorization).toBe('Bearer token-of-ann');
  });

  test('choosing among several, and remembered', async () => {
    verifies('INT-01');
    const clara = await world.person('clara');
    const account = (by: TestPerson, name: string, scope: string) =>
      world.toolcrib.request('POST', '/v1/credentials', {
        key: by.key,
        body: { name, system: 'mail', strategy: 'token', scope, fields: { token: `token-${name}` } },
      });
    for (const name of ['work', 'home']) expect((await account(clara, name, 'private')).status).toBe(201);
    const offer = offerOf(await call(clara, 'read_mail'));
    expect(offer.kind).toBe('choose');
    const page = await pageOf(clara, { phone: true });
    await page.goto(offer.url);
    expect(await page.getByRole('radio').count()).toBe(2);
    await expectAccessible(page);
    await page.getByLabel('work').check();
    await page.getByRole('button', { name: 'Use this account' }).click();
    expect(await page.textContent('[role=status]')).toContain('Done.');
    for (let time = 0; time < 2; time += 1) {
      expect((await call(clara, 'read_mail')).status).toBe(200);
      expect(world.service.requests.at(-1)?.headers.authorization).toBe('Bearer token-work');
    }
  });

  test('four eyes: its person waits, another one decides', async () => {
    verifies('INT-02');
    const policy = { tool: 'wire_money', action: 'four_eyes' };
    const set = await world.toolcrib.request('PUT', '/v1/policies', { key: boss.key, body: policy });
    const offer = await world.askToWire(ann, { to: 'zoe' });
    const hers = await pageOf(ann);
    await hers.goto(offer.url);
    expect(await hers.textContent('main')).toContain('Waiting for somebody else.');
    expect(await hers.textContent('main')).toContain('boss');
    expect(await hers.getByRole('button', { name: 'Yes' }).count()).toBe(0);
    const his = await pageOf(boss, { phone: true });
    await his.goto(`${world.toolcrib.url}/interactions`);
    await expectAccessible(his);
    await his.getByRole('link', { name: /wire_money/ }).click();
    expect(await his.textContent('main')).toContain(ann.email);
    await his.getByRole('button', { name: 'Yes, run it once' }).click();
    expect(await his.textContent('[role=status]')).toContain('Approved by');
    await hers.reload();
    expect(await hers.textContent('[role=status]')).toContain('Approved by boss');
    expect((await world.wire(ann, { to: 'zoe' })).status).toBe(200);
    await world.toolcrib.request('DELETE', `/v1/policies/${set.body.id}`, { key: boss.key });
  });

  test('the link of another person leads nowhere, and the call still waits', async () => {
    verifies('INT-01');
    const offer = await world.askToWire(ann, { to: 'yves' });
    const page = await pageOf(boss);
    const answer = await page.goto(offer.url);
    expect(answer?.status()).toBe(404);
    expect(await page.textContent('main')).toContain('There is nothing here for you.');
    expect(await page.textContent('main')).not.toContain('wire_money');
    expect((await world.wire(ann, { to: 'yves' })).body.error.code).toBe('approval_required');
  });

  test('the way back is shown when it is allowed, and left out when it is not', async () => {
    const offer = await world.askToWire(ann, { to: 'wim' });
    const page = await pageOf(ann);
    await page.goto(`${offer.url}?return_to=${encodeURIComponent('https://evil.example/')}`);
    expect(await page.content()).not.toContain('evil.example');
    await page.goto(`${offer.url}?return_to=/account`);
    await page.getByRole('button', { name: 'No, do not run it' }).click();
    await page.getByRole('link', { name: 'Go back' }).click();
    await page.waitForURL('**/account');
  });

  test('no page has a fault of its own', () => {
    expect(browser.problems.filter((problem) => !problem.includes('404'))).toEqual([]);
  });
});
