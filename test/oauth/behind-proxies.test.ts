// Connecting behind reverse proxies that speak https under names of their own: the way back is the configured address, never
// what a request says of itself.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { agree, goToProvider, startConnectWorld } from '../support/connect-world.ts';
import type { ConnectWorld } from '../support/connect-world.ts';
import { freePort } from '../support/free-port.ts';
import { hasReverseProxy, startReverseProxy } from '../support/reverse-proxy.ts';
import type { ReverseProxy } from '../support/reverse-proxy.ts';
import { verifies } from '../support/verifies.ts';

// Skipped: there is no browser or no proxy on this machine.
describe.skipIf(!hasBrowser() || !hasReverseProxy())('behind reverse proxies', () => {
  let world: ConnectWorld;
  let proxies: readonly ReverseProxy[] = [];
  let port = 0;
  let plain_port = 0;

  beforeAll(async () => {
    port = await freePort();
    plain_port = await freePort();
    const origins = [`https://plain.test:${plain_port}`, `https://tools.test:${port}`, `https://crib.test:${port}`];
    world = await startConnectWorld({ origins, config: { public_urls: origins } });
    const target = world.toolcrib.url;
    proxies = [
      await startReverseProxy({ port, target, keeps_host: true }),
      await startReverseProxy({ port: plain_port, target, keeps_host: false }),
    ];
  });

  afterAll(async () => {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await world.stop();
  });

  it.each([
    ['the one of two names that the person came by', () => `https://crib.test:${port}`],
    ['the first name where the proxy hides it', () => `https://plain.test:${plain_port}`],
  ])('comes back to %s', async (_case, originOf) => {
    verifies('OAU-06');
    const origin = originOf();
    const { page, user_id } = await world.newPerson(`ada@${new URL(origin).hostname}`, { origin });
    await goToProvider(page, `${origin}/connect/example`);
    const [flow] = await world.rows('select redirect_uri from oauth_flow where user_id = $1', [user_id]);
    expect(flow?.['redirect_uri']).toBe(`${origin}/oauth/callback/example`);
    await agree(page);
    await page.waitForURL(`${origin}/account`);
    expect(await world.rows('select status from credential where user_id = $1', [user_id])).toEqual([{ status: 'ok' }]);
  });

  it('takes no name from the headers that a proxy, or anybody, may add', async () => {
    const { page, user_id } = await world.newPerson('eve@acme.example', { origin: `https://tools.test:${port}` });
    await page.setExtraHTTPHeaders({
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.example',
    });
    await page.goto(`https://tools.test:${port}/connect/example`);
    await page.click('main form button');
    await expect
      .poll(() => world.rows('select redirect_uri from oauth_flow where user_id = $1', [user_id]))
      .toEqual([{ redirect_uri: `https://tools.test:${port}/oauth/callback/example` }]);
  });
});
