// A connection is finished only by the session that began it: whoever else follows the link, in either direction, connects
// nothing, and the answer is used up.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { agree, catchRequest, goToProvider, signInWithBrowser, startConnectWorld } from '../support/connect-world.ts';
import type { ConnectWorld, SignedInPerson } from '../support/connect-world.ts';
import { verifies } from '../support/verifies.ts';

// Skipped: there is no browser on this machine.
describe.skipIf(!hasBrowser())('A01 taking over a connection by its link', () => {
  let world: ConnectWorld;
  let eve: SignedInPerson;
  let vera: SignedInPerson;
  const callback = '*/oauth/callback/*';
  const pageAt = (path: string): string => `${world.toolcrib.url}${path}`;
  const connected = () => world.rows('select user_id from credential');
  const refusals = () => world.rows(`select user_id from audit_change where action = 'credential-refused'`);
  const tokenRequests = async () => (await world.providers['example']?.requests())?.['token'] ?? 0;

  beforeAll(async () => {
    world = await startConnectWorld();
    eve = await world.newPerson('eve@acme.example');
    vera = await world.newPerson('vera@acme.example');
  });

  afterEach(() => world.rows('delete from oauth_flow'));

  afterAll(() => world.stop());

  it('gives the attacker nothing when the victim goes on at the provider', async () => {
    verifies('OAU-03');
    await eve.page.goto(pageAt('/connect/example'));
    // The address of the provider with the attacker's state is what the victim is sent.
    const link = await catchRequest(eve.page, '*/auth\\?*', () => eve.page.click('main form button'));
    expect(new URL(link).searchParams.get('state')).toMatch(/^to_/);
    await vera.page.goto(link);
    const answer = await catchRequest(vera.page, callback, () => agree(vera.page, 'ada'));
    const before = await tokenRequests();
    expect((await vera.page.goto(answer))?.status()).toBe(404);
    expect(await connected()).toEqual([]);
    expect(await tokenRequests()).toBe(before);
    expect(await refusals()).toEqual([{ user_id: vera.user_id }]);
    // The answer is used up: it is of no use to the attacker either, who may have got hold of it.
    expect((await eve.page.goto(answer))?.status()).toBe(404);
    expect(await connected()).toEqual([]);
  });

  it("gives the victim nothing of the attacker's, whose answer they are made to open", async () => {
    await goToProvider(eve.page, pageAt('/connect/example'));
    const answer = await catchRequest(eve.page, callback, () => agree(eve.page, 'eve'));
    expect((await vera.page.goto(answer))?.status()).toBe(404);
    expect(await connected()).toEqual([]);
    expect((await eve.page.goto(answer))?.status()).toBe(404);
    expect(await connected()).toEqual([]);
  });

  it('does not go on in another session of the same person, nor in none', async () => {
    const elsewhere = await world.browser.newPerson();
    await goToProvider(vera.page, pageAt('/connect/example'));
    const first = await catchRequest(vera.page, callback, () => agree(vera.page, 'ada'));
    expect((await elsewhere.goto(first))?.status()).toBe(401);
    await signInWithBrowser(elsewhere, world.toolcrib.url, vera);
    expect((await elsewhere.goto(first))?.status()).toBe(404);
    expect(await connected()).toEqual([]);
  });

  it('takes an answer once, and no answer to a question that was never asked', async () => {
    await goToProvider(vera.page, pageAt('/connect/example'));
    const answer = await catchRequest(vera.page, callback, () => agree(vera.page, 'ada'));
    const forged = new URL(answer);
    forged.searchParams.set('state', `${(forged.searchParams.get('state') ?? '').slice(0, -1)}0`);
    for (const url of [forged.href, answer.replace(/&state=[^&]*/, ''), `${answer}&state=${'x'.repeat(40)}`]) {
      expect([url, (await vera.page.goto(url))?.status()]).toEqual([url, 404]);
    }
    expect(await connected()).toEqual([]);
    await vera.page.goto(answer);
    expect(vera.page.url()).toBe(pageAt('/account'));
    expect(await connected()).toEqual([{ user_id: vera.user_id }]);
    const before = await tokenRequests();
    expect((await vera.page.goto(answer))?.status()).toBe(404);
    expect(await tokenRequests()).toBe(before);
    await world.rows('delete from credential');
  });

  it('gives an API key a link to our own page only, which asks whoever opens it for themselves', async () => {
    const link = await world.toolcrib.request('POST', '/v1/connect', { key: eve.key, body: { provider: 'example' } });
    expect(link.body.url).toBe(pageAt('/connect/example'));
    expect(await world.rows('select * from oauth_flow')).toEqual([]);
    await goToProvider(vera.page, link.body.url);
    await agree(vera.page);
    await vera.page.waitForURL(pageAt('/account'));
    expect(await connected()).toEqual([{ user_id: vera.user_id }]);
  });
});
