// Connecting an account with a real browser at a second, independent provider: Debian's glewlwyd, on its own pages. It has no
// button that says no: a person leaves, or goes on and gives less than was asked. It answers its own way elsewhere too: with
// an empty 403 to a redirect URI that it does not know, with an empty 400 to a refresh token that is over.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { hasBrowser } from '../support/browser.ts';
import { catchRequest, startConnectWorld } from '../support/connect-world.ts';
import type { ConnectWorld, SignedInPerson } from '../support/connect-world.ts';
import { hasGlewlwyd, startGlewlwyd } from '../support/glewlwyd.ts';
import type { Glewlwyd } from '../support/glewlwyd.ts';
import {
  disconnectAllTokens,
  giveScopes,
  glewlwydAs,
  goOn,
  goToGlewlwyd,
  signInAtGlewlwyd,
} from '../support/glewlwyd-pages.ts';
import { offerOf } from '../support/pausing-world.ts';
import { verifies } from '../support/verifies.ts';

// Skipped: there is no browser or no glewlwyd on this machine; both functions say how to get them.
describe.skipIf(!hasBrowser() || !hasGlewlwyd())("connecting in the browser on glewlwyd's pages", () => {
  let provider: Glewlwyd;
  let world: ConnectWorld;
  let ada: SignedInPerson;
  let vera: SignedInPerson;
  let ahead_ms = 0;
  const clock = { now: () => systemClock.now() + ahead_ms, monotonic: () => systemClock.monotonic() + ahead_ms };
  const callback = '*/oauth/callback/*';
  const pageAt = (path: string): string => `${world.toolcrib.url}${path}`;
  const callbacks = () => ['glewlwyd', 'silent'].map((name) => pageAt(`/oauth/callback/${name}`));
  const credentials = () => world.rows('select * from credential order by created_at');
  const call = ({ key }: SignedInPerson, tool = 'who') =>
    world.toolcrib.request('POST', `/v1/tools/${tool}/call`, { key, body: {} });
  /** What glewlwyd itself says of the refresh tokens of whoever is signed in there. */
  const tokensThere = async ({ page }: SignedInPerson) => {
    const answer = await page.request.get(`${provider.issuer}/token`);
    return (await answer.json()) as readonly { readonly enabled: boolean }[];
  };
  /** Up to the moment at which the browser would come back: the address that it would open. */
  const almostBack = async ({ page }: SignedInPerson, act = () => goOn(page)) => catchRequest(page, callback, act);

  beforeAll(async () => {
    provider = await startGlewlwyd();
    const { issuer } = provider;
    const tools = `
sources:
  profile: {kind: http, baseUrl: '${issuer}', credential: {system: glewlwyd, strategies: [oauth2], scopes: [email]}}
  code: {kind: http, baseUrl: '${issuer}', credential: {system: glewlwyd, strategies: [oauth2], scopes: [repo]}}
tools:
  who: {kind: http, source: profile, description: Says who it is., method: GET, path: /userinfo}
  list_code: {kind: http, source: code, description: Lists code., method: GET, path: /userinfo}
`;
    world = await startConnectWorld({
      providers: [],
      others: [glewlwydAs('glewlwyd', provider), glewlwydAs('silent', provider, '{ prompt: none }')],
      config: { allowed_private: ['127.0.0.1', 'localhost'] },
      server: { tools, clock },
    });
    await provider.setRedirectUris(callbacks());
    ada = await world.newPerson('ada@acme.example');
    vera = await world.newPerson('vera@acme.example');
  });

  afterEach(() => world.rows('delete from oauth_flow'));

  afterAll(async () => {
    await world.stop();
    await provider.stop();
  });

  it('is left by a person who does not want to, or who has nothing to give: nothing is connected', async () => {
    await goToGlewlwyd(ada.page, pageAt('/connect/glewlwyd?return_to=/account/password'));
    await ada.page.goBack();
    await ada.page.click('text=Back, without connecting');
    await ada.page.waitForURL(pageAt('/account/password'));

    // Nobody is signed in there, and it must not ask: its answer is an error, which is a no.
    await ada.page.goto(pageAt('/connect/silent'));
    await ada.page.click('main form button');
    await ada.page.waitForURL('**/oauth/callback/silent?**error=interaction_required**');
    expect(await ada.page.textContent('main')).toContain('the person has not agreed');

    // An account that may give none of the scopes: the page does not let the person go on.
    const { page } = await world.newPerson('cy@acme.example');
    await goToGlewlwyd(page, pageAt('/connect/glewlwyd'));
    await signInAtGlewlwyd(page, provider, 'cy');
    await page.getByText('no required scope is available').waitFor();
    expect(await page.getByRole('button', { name: 'Continue' }).count()).toBe(0);
    expect(await credentials()).toEqual([]);
  });

  it('is not come back from with a return address that the provider does not know', async () => {
    verifies('OAU-03');
    /** The status of its answer, in a tab of its own: an empty 403 leaves nothing to look at. */
    const statusOf = async (act: (page: Page) => Promise<unknown>) => {
      const page = await ada.page.context().newPage();
      const answer = page.waitForResponse((response) => response.url().startsWith(provider.endpoints.authorization));
      await Promise.all([answer, act(page).catch(() => undefined)]);
      await page.close();
      return (await answer).status();
    };
    const begin = async (page: Page) => {
      await page.goto(pageAt('/connect/glewlwyd'));
      await page.click('main form button');
    };
    const link = new URL(await catchRequest(ada.page, '*/glwd/auth\\?*', () => begin(ada.page)));
    expect(link.searchParams.get('redirect_uri')).toBe(pageAt('/oauth/callback/glewlwyd'));
    for (const wrong of [pageAt('/oauth/callback/other'), 'https://evil.example/', `${callbacks()[0]}/..`]) {
      link.searchParams.set('redirect_uri', wrong);
      expect([wrong, await statusOf((page) => page.goto(link.href))]).toEqual([wrong, 403]);
    }
    await provider.setRedirectUris([pageAt('/oauth/callback/elsewhere')]);
    expect(await statusOf(begin)).toBe(403);
    await provider.setRedirectUris(callbacks());
    expect(await credentials()).toEqual([]);
  });

  it("takes an answer once, from the browser that asked, and nobody else's (A01)", async () => {
    verifies('OAU-03');
    // The attacker's address of the provider, opened by the victim, who gives the scopes there.
    await ada.page.goto(pageAt('/connect/glewlwyd'));
    const link = await catchRequest(ada.page, '*/glwd/auth\\?*', () => ada.page.click('main form button'));
    await vera.page.goto(link);
    await signInAtGlewlwyd(vera.page, provider, 'ben');
    await giveScopes(vera.page, ['email']);
    const stolen = await almostBack(vera);
    expect(new URL(stolen).searchParams.get('code')).not.toBeNull();
    for (const { page } of [vera, ada]) expect((await page.goto(stolen))?.status()).toBe(404);

    // The attacker's own answer, opened by the victim.
    await goToGlewlwyd(ada.page, pageAt('/connect/glewlwyd'));
    await signInAtGlewlwyd(ada.page, provider, 'ada');
    const planted = await almostBack(ada);
    for (const { page } of [vera, ada]) expect((await page.goto(planted))?.status()).toBe(404);
    expect(await credentials()).toEqual([]);

    // One's own, with another state, another issuer, and twice.
    await goToGlewlwyd(vera.page, pageAt('/connect/glewlwyd'));
    const own = await almostBack(vera);
    expect((await vera.page.goto(own.replace(/(state=.{10})[^&]/, '$1_')))?.status()).toBe(404);
    await vera.page.goto(own);
    expect(vera.page.url()).toBe(pageAt('/account'));
    expect((await vera.page.goto(own))?.status()).toBe(404);
    expect(await credentials()).toMatchObject([{ user_id: vera.user_id, account: 'ben@glewlwyd.example' }]);
    await goToGlewlwyd(vera.page, pageAt('/connect/glewlwyd'));
    const mixed = await almostBack(vera);
    await vera.page.goto(mixed.replace(/iss=[^&]*/, `iss=${encodeURIComponent('https://evil.example')}`));
    expect(await vera.page.textContent('h1')).toBe('Glewlwyd was not connected');
    expect(await credentials()).toMatchObject([{ version: 1 }]);
  });

  it('lets a paused call go on, with what was given; keeps the access alive; the receipt tells its end', async () => {
    verifies('OAU-01');
    verifies('OAU-04');
    verifies('OAU-05');
    const own = async () => (await credentials()).filter(({ user_id }) => user_id === ada.user_id);
    const offer = offerOf(await call(ada));
    await ada.page.goto(offer.url);
    await ada.page.getByRole('link', { name: 'Connect with Glewlwyd' }).click();
    await ada.page.check('text=See repositories');
    await ada.page.click('main form button');
    await giveScopes(ada.page, ['email']);
    await goOn(ada.page);
    await ada.page.waitForURL(offer.url);
    expect(await ada.page.textContent('[role=status]')).toContain('Done.');
    expect((await call(ada)).text).toContain('ada@glewlwyd.example');
    expect((await call(vera)).text).toContain('ben@glewlwyd.example');
    const [credential] = await own();
    // Less than was asked for: what needs the rest asks again.
    expect(credential).toMatchObject({ account: 'ada@glewlwyd.example', granted_scopes: ['openid', 'email'] });
    expect((await call(ada, 'list_code')).body.error.code).toBe('connect_required');

    // Twice over its expiry, each time with the refresh token of the time before, which is used up.
    for (const version of [2, 3]) {
      ahead_ms += 700_000;
      const answers = await Promise.all(Array.from({ length: 10 }, () => call(ada)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(await own()).toMatchObject([{ id: credential?.['id'], status: 'ok', version }]);
    }
    const alive = (await tokensThere(ada)).filter(({ enabled }) => enabled);
    expect(alive).toHaveLength(1);

    // Taken back by the person, on the provider's page.
    await goToGlewlwyd(ada.page, pageAt('/connect/glewlwyd'));
    await disconnectAllTokens(ada.page);
    ahead_ms += 700_000;
    expect((await call(ada)).body.error.code).toMatch(/^(credential_refused|connect_required)$/);
    expect(await own()).toMatchObject([{ status: 'needs_reconnect', reason: 'revoked' }]);
    expect((await call(vera)).text).toContain('ben@glewlwyd.example');

    // Connected again, it is the same credential.
    const again = offerOf(await call(ada));
    await ada.page.goto(again.url);
    await ada.page.getByRole('link', { name: 'Connect again with Glewlwyd' }).click();
    await ada.page.click('main form button');
    await goOn(ada.page);
    await ada.page.waitForURL(again.url);
    expect((await call(ada)).text).toContain('ada@glewlwyd.example');
    expect(await own()).toMatchObject([{ id: credential?.['id'], status: 'ok' }]);

    const path = `/v1/credentials/${String(credential?.['id'])}`;
    const { body } = await world.toolcrib.request('DELETE', path, { key: ada.key });
    expect(body.receipt).toMatchObject({ account: 'ada@glewlwyd.example', outcome: 'dead', instructions: null });
    expect((await tokensThere(ada)).filter(({ enabled }) => enabled)).toEqual([]);
    expect((await call(ada)).body.error.code).toBe('connect_required');
    const { origin } = new URL(world.toolcrib.url);
    expect(world.browser.problems.filter((problem) => problem.includes(origin))).toEqual([]);
  });
});
