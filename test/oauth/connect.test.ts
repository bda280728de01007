// Connecting an account with a real browser at a real provider: there and back, no, errors, several names of the server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { agree, goToProvider, startConnectWorld } from '../support/connect-world.ts';
import type { ConnectWorld, SignedInPerson } from '../support/connect-world.ts';
import { verifies } from '../support/verifies.ts';

// Skipped: there is no browser on this machine.
describe.skipIf(!hasBrowser())('connecting in the browser', () => {
  let world: ConnectWorld;
  let ada: SignedInPerson;
  const pageAt = (path: string): string => `${world.toolcrib.url}${path}`;
  const credentialsOf = ({ user_id }: SignedInPerson) =>
    world.rows('select * from credential where user_id = $1 order by created_at', [user_id]);
  const secretsOf = async (id: unknown) =>
    (await world.rows('select field from secret where record_id = $1 order by field', [id])).map(({ field }) => field);

  beforeAll(async () => {
    world = await startConnectWorld({ config: { oauth_return_urls: ['http://localhost:1/app/'] } });
    ada = await world.newPerson('ada@acme.example', { role: 'builder' });
  });

  afterAll(() => world.stop());

  it('asks first, sends to the provider, comes back to where the person was; a private credential exists', async () => {
    verifies('OAU-01');
    const { page } = ada;
    await page.goto(pageAt('/connect/example?return_to=/account/password'));
    expect(await page.textContent('h1')).toBe('Connect Provider example');
    expect(await page.isChecked('text=See your e-mail address')).toBe(true);
    expect(await page.isChecked('text=See repositories')).toBe(false);
    expect(await page.isChecked('text=Only you')).toBe(true);
    await page.check('text=See repositories');
    await page.click('main form button');
    await agree(page);
    await page.waitForURL(pageAt('/account/password'));
    const [credential] = await credentialsOf(ada);
    expect(credential).toMatchObject({
      ...{ name: 'Provider example', system: 'example', provider: 'example', strategy: 'oauth2' },
      ...{ scope: 'private', status: 'ok', version: 1, account: 'ada@provider.example', oauth_client_id: null },
      granted_scopes: expect.arrayContaining(['openid', 'email', 'offline_access', 'repo']),
    });
    expect(credential?.['expires_at']).toBeInstanceOf(Date);
    expect(await secretsOf(credential?.['id'])).toEqual(['access_token', 'refresh_token']);
    const changes = await world.rows('select action, user_id, via, target_id from audit_change');
    expect(changes).toContainEqual({
      ...{ action: 'credential-connected', user_id: ada.user_id, via: 'session' },
      target_id: credential?.['id'],
    });
    expect(await world.rows('select * from oauth_flow')).toEqual([]);
  });

  it('changes the credential that is there when the same account is connected again', async () => {
    const [before] = await credentialsOf(ada);
    await goToProvider(ada.page, pageAt('/connect/example'));
    await agree(ada.page);
    await ada.page.waitForURL(pageAt('/account'));
    expect(await credentialsOf(ada)).toEqual([
      expect.objectContaining({ id: before?.['id'], version: 2, created_at: before?.['created_at'] }),
    ]);
  });

  it('makes another one under another name, shared where the person wants it', async () => {
    await ada.page.goto(pageAt('/connect/example?scope=shared'));
    await ada.page.fill('input[name=name]', 'Team');
    await ada.page.click('main form button');
    await agree(ada.page);
    await ada.page.waitForURL(pageAt('/account'));
    const all = await credentialsOf(ada);
    expect(all.map(({ name, scope }) => [name, scope])).toEqual([
      ['Provider example', 'private'],
      ['Team', 'shared'],
    ]);
  });

  it('refuses another account where a credential is connected again, plainly', async () => {
    const [before] = await credentialsOf(ada);
    await goToProvider(ada.page, pageAt(`/connect/example?credential_id=${String(before?.['id'])}`));
    await agree(ada.page, 'ben');
    await ada.page.waitForURL('**/oauth/callback/example?**');
    const text = await ada.page.textContent('main');
    expect(text).toContain('That is the account ben@provider.example');
    expect(text).toContain('belongs to ada@provider.example');
    expect((await credentialsOf(ada))[0]).toEqual(before);
  });

  it('says it when the person has said no, with the way back', async () => {
    const before = await credentialsOf(ada);
    await goToProvider(ada.page, pageAt('/connect/example?return_to=/account/password'));
    await ada.page.click('button[name=decision][value=deny]');
    await ada.page.waitForURL('**/oauth/callback/example?**');
    expect(await ada.page.textContent('h1')).toBe('Provider example was not connected');
    expect(await ada.page.textContent('main')).toContain('the person has not agreed');
    await ada.page.click('text=Back to where you came from');
    await ada.page.waitForURL(pageAt('/account/password'));
    expect(await credentialsOf(ada)).toEqual(before);
    expect(await world.rows('select * from oauth_flow')).toEqual([]);
  });

  it('says it when the provider refuses our registration, or fails, in our own words', async () => {
    const provider = world.providers['example'];
    const attempt = async (answer: { readonly status: number; readonly body: Record<string, unknown> }) => {
      await goToProvider(ada.page, pageAt('/connect/example'));
      await provider?.set({ answers: { token: answer } });
      await agree(ada.page);
      await ada.page.waitForURL('**/oauth/callback/example?**');
      await provider?.set({ answers: {} });
      return ada.page.textContent('main');
    };
    const text = 'marked-text-of-the-provider';
    const refused = await attempt({ status: 401, body: { error: 'invalid_client', error_description: text } });
    expect(refused).toContain('it does not accept our registration');
    const failing = await attempt({ status: 500, body: { error_description: text } });
    expect(failing).toContain('it cannot be reached right now');
    const strange = await attempt({ status: 200, body: { [text]: text } });
    expect(strange).toContain('something that is not what its definition says');
    expect([refused, failing, strange, ...world.toolcrib.log_lines].join()).not.toContain(text);
  });

  it('says which redirect URI is missing at the provider', async () => {
    // oidc-provider shows this error itself: it must not send anybody to an address that it does not know.
    const provider = world.providers['example'];
    const { client_id = '', client_secret = '' } = provider ?? {};
    await provider?.setClient({ client_id, client_secret, redirect_uris: ['http://127.0.0.1:1/elsewhere'] });
    await ada.page.goto(pageAt('/connect/example'));
    await ada.page.click('main form button');
    await ada.page.waitForURL(`${provider?.issuer}/**`);
    expect(await ada.page.textContent('body')).toContain('redirect_uri');
    const redirect_uris = [pageAt('/oauth/callback/example')];
    await provider?.setClient({ client_id, client_secret, redirect_uris });
  });

  it('goes back to addresses elsewhere only when the operator allows them', async () => {
    verifies('OAU-03');
    for (const wrong of [
      ...[
        'https://evil.example/',
        '//evil.example/',
        '/\\evil.example',
        'javascript:alert(1)',
        'http://localhost:1/app',
      ],
      ...['http://localhost:1/app/../other', 'http://user@localhost:1/app/', 'http://localhost:1.evil.example/app/'],
    ]) {
      const answer = await ada.page.goto(pageAt(`/connect/example?return_to=${encodeURIComponent(wrong)}`));
      expect([wrong, answer?.status()]).toEqual([wrong, 400]);
    }
    const answer = await ada.page.goto(pageAt('/connect/example?return_to=http://localhost:1/app/done?a=1'));
    expect(answer?.status()).toBe(200);
    expect(await ada.page.getAttribute('text=Back, without connecting', 'href')).toBe(
      'http://localhost:1/app/done?a=1',
    );
  });

  it("reads a provider's addresses from its metadata, and uses the tenant's client before the server's", async () => {
    verifies('OAU-02');
    const provider = world.providers['example'];
    const { issuer = '', client_id = '', client_secret = '' } = provider ?? {};
    const made = await world.toolcrib.request('POST', '/v1/oauth-clients', {
      body: { provider: 'generic-oidc', name: 'idp', scope: 'tenant', client_id, client_secret, options: { issuer } },
    });
    const redirect_uris = [made.body.redirect_uri];
    await provider?.setClient({ client_id, client_secret, redirect_uris, auth_method: 'client_secret_post' });
    const { page } = await world.newPerson('oda@acme.example');
    await goToProvider(page, pageAt('/connect/generic-oidc'));
    await agree(page);
    await page.waitForURL(pageAt('/account'));
    const [credential] = await world.rows(`select * from credential where provider = 'generic-oidc'`);
    expect(credential).toMatchObject({ account: 'ada@provider.example', oauth_client_id: made.body.id, options: {} });
    const path = `/v1/oauth-clients/${made.body.id}`;
    expect((await world.toolcrib.request('DELETE', path)).status).toBe(409);
  });

  it('runs without scripts, without a problem in the console', async () => {
    const { origin } = new URL(world.toolcrib.url);
    const own = world.browser.problems.filter((problem) => problem.includes(origin));
    expect(own).toEqual([]);
  });
});
