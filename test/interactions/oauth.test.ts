// A call that needs an account of a provider: from its answer to the page, to the real provider and back, and the same call
// runs, with a real browser.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { agree, startConnectWorld } from '../support/connect-world.ts';
import type { ConnectWorld } from '../support/connect-world.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { offerOf } from '../support/pausing-world.ts';
import { verifies } from '../support/verifies.ts';

// Skipped: without a browser nobody can connect; hasBrowser says how to get one.
describe.skipIf(!hasBrowser())('an account of a provider', () => {
  let service: LocalHttp;
  let world: ConnectWorld;

  beforeAll(async () => {
    service = await startLocalHttp((_request, response) => response.end('"done"'));
    const tools = `
sources:
  code: {kind: http, baseUrl: ${service.url}, credential: {system: example, strategies: [oauth2], scopes: [repo]}}
tools:
  list_code: {kind: http, source: code, description: Lists code., method: GET, path: /code}
`;
    world = await startConnectWorld({ server: { tools } });
  });
  afterAll(async () => {
    await world.stop();
    await service.close();
  });

  test('is connected from the page of the call, with the rights that the call needs, and the call goes on', async () => {
    verifies('INT-01');
    const ann = await world.newPerson('ann@default.example');
    const call = () => world.toolcrib.request('POST', '/v1/tools/list_code/call', { key: ann.key, body: {} });
    const offer = offerOf(await call());
    expect(offer.kind).toBe('connect');
    await ann.page.goto(offer.url);
    await ann.page.getByRole('link', { name: 'Connect with Provider example' }).click();
    await ann.page.click('main form button');
    await ann.page.waitForSelector('button[name=account]');
    await agree(ann.page);
    await ann.page.waitForURL(offer.url);
    expect(await ann.page.textContent('[role=status]')).toContain('Done.');
    expect((await call()).status).toBe(200);
    expect(service.requests.at(-1)?.headers.authorization).toMatch(/^Bearer \S+$/);
  });
});
