// One provider cannot get at what another one gives: every registration has a redirect URI of its own, and `iss` says who
// answers (RFC 9207). Each wall is attacked with the other one out of the way.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { agree, catchRequest, goToProvider, startConnectWorld } from '../support/connect-world.ts';
import type { ConnectWorld, SignedInPerson } from '../support/connect-world.ts';
import { verifies } from '../support/verifies.ts';

// Skipped: there is no browser on this machine.
describe.skipIf(!hasBrowser())('A04 mix-up of two providers', () => {
  let world: ConnectWorld;
  let vera: SignedInPerson;
  const pageAt = (path: string): string => `${world.toolcrib.url}${path}`;
  const connected = () => world.rows('select user_id from credential');
  const provider = (name: 'honest' | 'evil') => {
    const found = world.providers[name];
    if (found === undefined) throw new Error(`There is no ${name}`);
    return found;
  };
  const tokenRequests = async (name: 'honest' | 'evil') => (await provider(name).requests())['token'] ?? 0;

  beforeAll(async () => {
    world = await startConnectWorld({ providers: ['honest', 'evil'] });
    vera = await world.newPerson('vera@acme.example');
  });

  afterEach(() => world.rows('delete from oauth_flow'));

  afterAll(() => world.stop());

  /** The person means to go to the evil provider, which sends them on to the honest one with its own state. */
  const answerOfHonest = async (redirect_uri: string): Promise<URL> => {
    const { page } = vera;
    await page.goto(pageAt('/connect/evil'));
    const asked = new URL(await catchRequest(page, '*/auth\\?*', () => page.click('main form button')));
    const { client_id, client_secret, endpoints } = provider('honest');
    await provider('honest').setClient({ client_id, client_secret, redirect_uris: [redirect_uri] });
    const sent_on = new URL(endpoints.authorization);
    sent_on.search = asked.search;
    sent_on.searchParams.set('client_id', client_id);
    sent_on.searchParams.set('redirect_uri', redirect_uri);
    await page.goto(sent_on.href);
    const answer = new URL(await catchRequest(page, '*/oauth/callback/*', () => agree(page)));
    expect(answer.searchParams.get('iss')).toBe(provider('honest').issuer);
    expect(answer.searchParams.get('code')).not.toBeNull();
    return answer;
  };

  it('sends no code of one provider to another: the redirect URI does not belong to the flow', async () => {
    const answer = await answerOfHonest(pageAt('/oauth/callback/honest'));
    // Even when who answers is not said, or is said wrongly.
    answer.searchParams.set('iss', provider('evil').issuer);
    expect((await vera.page.goto(answer.href))?.status()).toBe(404);
    expect([await tokenRequests('evil'), await tokenRequests('honest')]).toEqual([0, 0]);
    expect(await connected()).toEqual([]);
  });

  it.each([
    ['wrong', (answer: URL) => answer],
    ['missing', (answer: URL) => without(answer, 'iss')],
    ['given twice', (answer: URL) => new URL(`${answer.href}&iss=${encodeURIComponent(provider('evil').issuer)}`)],
    ['almost right', (answer: URL) => withIss(answer, `${provider('evil').issuer}/`)],
  ])('sends no code where iss is %s, even to the right redirect URI', async (_case, change) => {
    verifies('OAU-03');
    // A provider that lets the redirect URI of another registration pass.
    const answer = await answerOfHonest(pageAt('/oauth/callback/evil'));
    const shown = await vera.page.goto(change(answer).href);
    expect(shown?.status()).toBe(502);
    expect(await vera.page.textContent('main')).toContain('the answer comes from somebody else');
    expect([await tokenRequests('evil'), await tokenRequests('honest')]).toEqual([0, 0]);
    expect(await connected()).toEqual([]);
    // It was taken: the right iss afterwards is too late.
    const late = await vera.page.goto(withIss(answer, provider('evil').issuer).href);
    expect(late?.status()).toBe(404);
    expect(await tokenRequests('evil')).toBe(0);
  });

  it('gives every registration a redirect URI of its own', async () => {
    const make = async (name: string) =>
      world.toolcrib.request('POST', '/v1/oauth-clients', {
        body: { provider: 'honest', name, client_id: name, client_secret: 'secret', scope: 'tenant' },
      });
    const [first, second] = [await make('first'), await make('second')];
    const uris = [first.body.redirect_uri, second.body.redirect_uri, pageAt('/oauth/callback/honest')];
    expect(new Set(uris).size).toBe(3);
    await vera.page.goto(pageAt('/connect/honest'));
    const asked = new URL(await catchRequest(vera.page, '*/auth\\?*', () => vera.page.click('main form button')));
    expect(asked.searchParams.get('redirect_uri')).toBe(first.body.redirect_uri);
    await world.rows('delete from oauth_flow');
    for (const { body } of [first, second]) {
      expect((await world.toolcrib.request('DELETE', `/v1/oauth-clients/${body.id}`)).status).toBe(200);
    }
  });

  it('connects at both when nobody interferes', async () => {
    for (const name of ['honest', 'evil'] as const) {
      const { client_id, client_secret } = provider(name);
      const redirect_uris = [pageAt(`/oauth/callback/${name}`)];
      await provider(name).setClient({ client_id, client_secret, redirect_uris });
      await goToProvider(vera.page, pageAt(`/connect/${name}`));
      await agree(vera.page);
      await vera.page.waitForURL(pageAt('/account'));
    }
    expect(await connected()).toHaveLength(2);
  });
});

function without(url: URL, name: string): URL {
  const changed = new URL(url);
  changed.searchParams.delete(name);
  return changed;
}

function withIss(url: URL, iss: string): URL {
  const changed = new URL(url);
  changed.searchParams.set('iss', iss);
  return changed;
}
