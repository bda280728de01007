// The page of a question in a real browser: on a phone without scripts, in the dark, and read by axe.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAskingWorld } from '../support/asking-world.ts';
import type { AskingWorld } from '../support/asking-world.ts';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import type { PersonOptions, TestBrowser } from '../support/browser.ts';
import type { TestPerson } from '../support/people.ts';
import { signInOn } from '../support/pausing-world.ts';
import { verifies } from '../support/verifies.ts';

// Skipped: without a browser there is nothing to look at; hasBrowser says how to get one.
describe.skipIf(!hasBrowser())('in a browser', () => {
  let world: AskingWorld;
  let browser: TestBrowser;
  let ann: TestPerson;

  beforeAll(async () => {
    world = await startAskingWorld();
    browser = await openBrowser();
    ann = await world.person('ann');
  });
  afterAll(async () => {
    await browser.close();
    await world.stop();
  });

  async function pageOf(options: PersonOptions): Promise<Page> {
    const page = await browser.newPerson(options);
    await signInOn(page, world.toolcrib, ann);
    return page;
  }

  async function expectAccessible(page: Page): Promise<void> {
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`)).toEqual([]);
  }

  test('a person answers on a phone without scripts, and the call goes on', async () => {
    verifies('INT-01');
    const offer = await world.ask(ann, 'ask_delivery', { what: 'pears' });
    const page = await pageOf({ phone: true, without_scripts: true });
    await page.goto(offer.url);
    await page.getByLabel('City').fill('Graz');
    await page.getByLabel('Day').fill('2026-02-03');
    await page.getByLabel('Speed').selectOption('Fast');
    await page.getByLabel('It is a gift').check();
    await page.getByRole('button', { name: 'Send the answer' }).click();
    expect(await page.textContent('[role=status]')).toContain('Your answer waits for the call');
    const done = await world.call(ann, 'ask_delivery', { what: 'pears' });
    expect(done.body.result.value).toEqual({ city: 'Graz', day: '2026-02-03', count: 1, speed: 'f', gift: true });
  });

  test('wrong answers are marked, for eyes and for screen readers', async () => {
    const offer = await world.ask(ann, 'ask_delivery', { what: 'plums' });
    const page = await pageOf({ phone: true, dark: true });
    await page.goto(offer.url);
    await expectAccessible(page);
    // As a browser that checks nothing by itself.
    await page.evaluate('document.querySelector("form[autocomplete]").noValidate = true');
    await page.getByLabel('City').fill('G');
    await page.getByRole('button', { name: 'Send the answer' }).click();
    expect(await page.textContent('[role=alert]')).toContain('One answer cannot be taken');
    expect(await page.getByLabel('City').getAttribute('aria-invalid')).toBe('true');
    expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(
      true,
    );
    await expectAccessible(page);
    await page.getByRole('button', { name: 'I do not want to answer' }).click();
    expect(await page.textContent('[role=status]')).toContain('Not answered.');
    expect(browser.problems.filter((problem) => !problem.includes('400'))).toEqual([]);
  });
});
