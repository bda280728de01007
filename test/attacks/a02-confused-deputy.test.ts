// Nobody is sent to a provider, with whatever consent it remembers, before they have pressed a button of ours on a page that
// nobody else can frame, send or press for them.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { startConnectWorld } from '../support/connect-world.ts';
import type { ConnectWorld, SignedInPerson } from '../support/connect-world.ts';
import { browse, csrfOf } from '../support/people.ts';

// Skipped: there is no browser on this machine.
describe.skipIf(!hasBrowser())('A02 confused deputy', () => {
  let world: ConnectWorld;
  let vera: SignedInPerson;
  const pageAt = (path: string): string => `${world.toolcrib.url}${path}`;
  const flows = () => world.rows('select provider from oauth_flow');
  const authorizations = async () => (await world.providers['example']?.requests())?.['authorization'] ?? 0;

  beforeAll(async () => {
    world = await startConnectWorld();
    vera = await world.newPerson('vera@acme.example');
  });

  afterAll(() => world.stop());

  it('opens no connection by a link: our own page asks, and there is no state before the button', async () => {
    const answer = await vera.page.goto(pageAt('/connect/example?scopes=repo'));
    expect(answer?.status()).toBe(200);
    expect(answer?.request().redirectedFrom()).toBeNull();
    expect(await answer?.text()).not.toMatch(/to_[0-9a-z]+_/);
    expect([await flows(), await authorizations()]).toEqual([[], 0]);
    expect(await vera.page.textContent('main')).toContain('vera@acme.example');
    // What is asked for is seen before.
    expect(await vera.page.isChecked('text=See repositories')).toBe(true);
  });

  it.each([
    ['without the proof of the form', {}, { csrf: '' }],
    ['with the proof of another session', {}, { csrf: 'other' }],
    ['from another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, {}],
    ['without saying from where', { origin: undefined, 'sec-fetch-site': undefined }, {}],
  ])('takes no form %s', async (_case, headers, form) => {
    const { cookie } = vera;
    const page = await browse(world.toolcrib, 'GET', '/connect/example', { cookie });
    const fields = { csrf: csrfOf(page), ...form };
    const answer = await browse(world.toolcrib, 'POST', '/connect/example', { cookie, headers, form: fields });
    expect(answer.status).toBe(403);
    expect(await flows()).toEqual([]);
  });

  it('cannot be framed, so that nobody presses the button unseen', async () => {
    const { headers } = await browse(world.toolcrib, 'GET', '/connect/example', { cookie: vera.cookie });
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    // A page of another site, in the person's own browser.
    const evil = createServer((_request, response) =>
      response
        .setHeader('content-type', 'text/html')
        .end(`<iframe id="frame" src="${pageAt('/connect/example')}"></iframe>`),
    );
    await new Promise<void>((resolve) => {
      evil.listen(0, '127.0.0.1', resolve);
    });
    await vera.page.goto(`http://localhost:${(evil.address() as AddressInfo).port}/`);
    const frame = await (await vera.page.waitForSelector('#frame')).contentFrame();
    await expect.poll(() => frame?.url()).toMatch(/^chrome-error:/);
    expect(await frame?.$('main form button')).toBeNull();
    await new Promise((resolve) => {
      evil.close(resolve);
      evil.closeAllConnections();
    });
  });

  it('sends one redirect URI, whole and its own; what the request says of it is not heard', async () => {
    const { cookie } = vera;
    const csrf = csrfOf(await browse(world.toolcrib, 'GET', '/connect/example', { cookie }));
    const form = { csrf, redirect_uri: 'https://evil.example/', client_id: 'evil', state: 'evil' };
    const answer = await browse(world.toolcrib, 'POST', '/connect/example', { cookie, form });
    expect(answer.status).toBe(200);
    const url = new URL((answer.headers.get('refresh') ?? '').replace(/^0; url=/, ''));
    expect(url.origin).toBe(world.providers['example']?.issuer);
    expect(url.searchParams.getAll('redirect_uri')).toEqual([pageAt('/oauth/callback/example')]);
    expect(url.searchParams.get('client_id')).toBe(world.providers['example']?.client_id);
    expect(url.searchParams.get('state')).toMatch(/^to_/);
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    // No form of ours may lead elsewhere, and the address that we send to is told to nobody.
    expect(answer.headers.get('content-security-policy')).toContain("form-action 'self';");
    expect(answer.headers.get('referrer-policy')).toMatch(/^(?:no-referrer|same-origin)$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});
