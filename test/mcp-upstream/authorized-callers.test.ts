// Callers authorize themselves at an MCP server: a real authorization server (oidc-provider), a real browser, and a resource server
// that takes no token but one that was given for it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { agree, startConnectWorld } from '../support/connect-world.ts';
import type { ConnectWorld, SignedInPerson } from '../support/connect-world.ts';
import { described, startChanging } from '../support/mcp-upstream.ts';
import type { ChangingUpstream } from '../support/mcp-upstream.ts';
import { startProtectedMcp } from '../support/protected-mcp.ts';
import type { ProtectedMcp } from '../support/protected-mcp.ts';
import { verifies } from '../support/verifies.ts';

// Skipped: without a Chromium; says so loudly.
describe.skipIf(!hasBrowser())('with a browser', () => {
  let world: ConnectWorld;
  let upstream: ChangingUpstream;
  let server: ProtectedMcp;
  let ada: SignedInPerson;
  let ben: SignedInPerson;

  beforeAll(async () => {
    world = await startConnectWorld();
    upstream = await startChanging([described('whoami')]);
    server = await startProtectedMcp(upstream.url, world.providers['example']?.issuer ?? '');
    ada = await world.newPerson('ada@acme.example', { role: 'admin' });
    ben = await world.newPerson('ben@acme.example');
    const body = { type: 'mcp', url: server.url, prefix: 'crm_', credential: 'caller' };
    await world.toolcrib.request('PUT', '/v1/definitions/source/crm', { body });
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await upstream.stop();
    await world.stop();
  });

  const look = (key: string) => world.toolcrib.request('POST', '/v1/sources/crm/mirror', { key, body: {} });
  const call = (key: string) =>
    world.toolcrib.request('POST', '/v1/tools/crm_whoami/call', { key, body: { arguments: { text: 'x' } } });

  async function connect({ page }: SignedInPerson, url: string, account: string): Promise<void> {
    await page.goto(url);
    await page.click('a.button');
    await page.click('main form button');
    await page.waitForSelector('button[name=account]');
    await agree(page, account);
    await page.waitForURL(`${world.toolcrib.url}/interactions/**`);
  }

  test('a member who takes its name, or its kind of account, keeps nobody out', async () => {
    const eve = await world.newPerson('eve@acme.example');
    const system = `crm@${server.url}`;
    const options = { system, issuer: 'https://issuer.example', resource: 'https://other.example/mcp' };
    const body = { provider: 'mcp', name: system, client_id: 'x', scope: 'person', options };
    const made = await world.toolcrib.request('POST', '/v1/oauth-clients', { key: eve.key, body });
    expect(made.status, made.text).toBe(201);
    const own = { ...body, name: 'my own' };
    const hers = await world.toolcrib.request('POST', '/v1/oauth-clients', { key: ada.key, body: own });
    expect(hers.status, hers.text).toBe(201);
    expect((await look(ada.key)).body.error.code).toBe('connect_required');
    const rows = await world.rows(`select options from oauth_client where provider = 'mcp' and user_id is null`);
    expect(rows).toEqual([{ options: expect.objectContaining({ system, resource: server.url }) as object }]);
    // What she does with a registration of her own is her own affair.
    await world.toolcrib.request('DELETE', `/v1/oauth-clients/${hers.body.id}`, { key: ada.key });
  });

  test('the first look waits for an account, which the server itself says how to get', async () => {
    verifies('MCP-02');
    const waiting = await look(ada.key);
    expect([waiting.status, waiting.body.error.code], waiting.text).toEqual([409, 'connect_required']);
    await connect(ada, waiting.body.error.interaction.url, 'ada');
    const looked = await look(ada.key);
    expect(looked.status, looked.text).toBe(200);
    expect(looked.body.tools).toEqual([expect.objectContaining({ name: 'whoami', state: 'ok' })]);
    expect((await call(ada.key)).status).toBe(200);
    expect(server.seen.at(-1)).toEqual({ sub: 'ada', aud: server.url });
  });

  test('everybody calls with an account of their own; a call pauses for one, and goes on', async () => {
    const waiting = await call(ben.key);
    expect([waiting.status, waiting.body.error.code], waiting.text).toEqual([409, 'connect_required']);
    await connect(ben, waiting.body.error.interaction.url, 'ben');
    expect((await call(ben.key)).status).toBe(200);
    expect(server.seen.at(-1)).toEqual({ sub: 'ben', aud: server.url });
    expect((await call(ada.key)).status).toBe(200);
    expect(server.seen.at(-1)).toEqual({ sub: 'ada', aud: server.url });
  });

  test('A03: our own keys and sessions never reach the server', () => {
    const sent = server.headers.join('\n');
    for (const secret of [ada.key, ben.key, world.toolcrib.key, ada.cookie.split('=')[1] ?? '']) {
      expect(sent).not.toContain(secret);
    }
  });

  test('the registration was made once, and the token is bound to it', async () => {
    const rows = await world.rows(
      `select provider, options from oauth_client where provider = 'mcp' and user_id is null`,
    );
    expect(rows).toEqual([
      { provider: 'mcp', options: expect.objectContaining({ resource: server.url, scopes: 'repo' }) as object },
    ]);
    const credentials = await world.rows(`select system, provider from credential where provider = 'mcp'`);
    expect(credentials).toHaveLength(2);
    for (const { system } of credentials) expect(system).toMatch(/^crm@/);
  });

  test('A04: an account is never connected again by the registration at another server', async () => {
    const { key } = ada;
    const { body: listed } = await world.toolcrib.request('GET', '/v1/credentials', { key });
    const mine = listed.credentials.find(({ system }: { system: string }) => system.startsWith('crm@'));
    const options = {
      system: 'other@other.example/mcp',
      issuer: 'https://issuer.example',
      resource: 'https://other.example/mcp',
    };
    const client = { provider: 'mcp', name: 'other', client_id: 'x', scope: 'person', options };
    const made = await world.toolcrib.request('POST', '/v1/oauth-clients', { key, body: client });
    expect(made.status, made.text).toBe(201);
    const again = { provider: 'mcp', credential_id: mine.id };
    const mixed = { ...again, oauth_client_id: made.body.id };
    const refused = await world.toolcrib.request('POST', '/v1/connect', { key, body: mixed });
    expect([refused.status, refused.body.error?.code], refused.text).toEqual([409, 'conflict']);
    const page = `${world.toolcrib.url}/connect/mcp?credential_id=${mine.id}&oauth_client_id=${made.body.id}`;
    const shown = await ada.page.goto(page);
    expect(shown?.status()).toBe(409);
    expect((await world.toolcrib.request('POST', '/v1/connect', { key, body: again })).status).toBe(200);
  });

  test('a definition that leads elsewhere gets none of these tokens', async () => {
    const other = await startProtectedMcp(upstream.url, world.providers['example']?.issuer ?? '');
    const body = { type: 'mcp', url: other.url, prefix: 'crm_', credential: 'caller' };
    await world.toolcrib.request('PUT', '/v1/definitions/source/crm', { body });
    expect((await look(ada.key)).body.error.code).toBe('connect_required');
    expect(other.headers).toEqual([]);
    await other.close();
  });
});
