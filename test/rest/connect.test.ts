// The operations about providers, OAuth clients, links to connect, and the device flow, at a real provider.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../server/src/base/limits.ts';
import { startOauthProvider } from '../support/oauth-provider.ts';
import type { OauthProvider } from '../support/oauth-provider.ts';
import { operationCaller } from '../support/operation-caller.ts';
import { addPerson } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

let toolcrib: TestServer;
let provider: OauthProvider;
let ada: TestPerson;
let ben: TestPerson;
let folder = '';
/** Moves on by itself only where a test says so: the interval of the device flow is waited for without waiting. */
let ahead_ms = 0;

const call = operationCaller(() => toolcrib);

beforeAll(async () => {
  provider = await startOauthProvider();
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-providers-'));
  const { endpoints, issuer, client_id, client_secret } = provider;
  const definition = `name: example
title: Example
oauth:
  issuer: ${issuer}
  authorize_url: ${endpoints.authorization}
  token_url: ${endpoints.token}
  device_url: ${endpoints.device_authorization}
  userinfo_url: ${endpoints.userinfo}
  client_auth: basic
  scopes:
    - { name: openid, title: Know who you are, always: true }
    - { name: email, title: See your e-mail address, always: true }
    - { name: repo, title: See repositories }
  other_scopes: false
account: { at: [/email] }
`;
  writeFileSync(join(folder, 'example.yaml'), definition);
  toolcrib = await startTestServer({
    clock: { now: () => Date.now() + ahead_ms, monotonic: () => performance.now() },
    config: {
      allowed_private: ['127.0.0.1'],
      oauth_providers: [folder],
      oauth_clients: [{ provider: 'example', client_id, client_secret, options: {} }],
      oauth_return_urls: ['https://app.example/'],
    },
  });
  ada = await addPerson(toolcrib, { email: 'ada@acme.example' });
  ben = await addPerson(toolcrib, { email: 'ben@acme.example' });
});

afterAll(async () => {
  await toolcrib.stop();
  await provider.stop();
  rmSync(folder, { recursive: true });
});

describe('listProviders', () => {
  it('200 with every way to give an account, and whether connecting works now', async () => {
    const { body } = await call('listProviders', '/v1/providers', { key: ada.key });
    const find = (name: string) => body.providers.find((one: { readonly name: string }) => one.name === name);
    expect(find('example').oauth).toMatchObject({
      ready: true,
      redirect_uri: `${toolcrib.url}/oauth/callback/example`,
      scopes: expect.arrayContaining([{ name: 'repo', title: 'See repositories', default: false, always: false }]),
    });
    expect(find('github')).toMatchObject({ oauth: { ready: false }, strategies: [{ strategy: 'token' }] });
    expect(find('salesforce').options).toEqual([expect.objectContaining({ name: 'host', set_by: 'person' })]);
    expect(JSON.stringify(body)).not.toContain(provider.client_secret);
  });
});

describe('OAuth clients', () => {
  const own = { provider: 'github', name: 'mine', client_id: 'id-of-ada', client_secret: 'marked-client-secret' };

  it('201 shows the redirect URI, and the secret never', async () => {
    verifies('OAU-02');
    const made = await call('createOauthClient', '/v1/oauth-clients', { key: ada.key, body: own });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      scope: 'person',
      redirect_uri: `${toolcrib.url}/oauth/callback/${made.body.id}`,
    });
    const listed = await call('listOauthClients', '/v1/oauth-clients', { key: ada.key });
    expect(listed.body.oauth_clients).toEqual([made.body]);
    expect(made.text + listed.text + toolcrib.log_lines.join()).not.toContain(own.client_secret);
  });

  it("403 for the tenant's without the permission; another person's is not there", async () => {
    const body = { ...own, scope: 'tenant' };
    expect((await call('createOauthClient', '/v1/oauth-clients', { key: ada.key, body })).status).toBe(403);
    const [mine] = (await call('listOauthClients', '/v1/oauth-clients', { key: ada.key })).body.oauth_clients;
    expect((await call('listOauthClients', '/v1/oauth-clients', { key: ben.key })).body.oauth_clients).toEqual([]);
    const path = `/v1/oauth-clients/${mine.id}`;
    expect((await call('deleteOauthClient', path, { key: ben.key })).status).toBe(404);
    const used = { provider: 'github', oauth_client_id: mine.id };
    expect((await call('connect', '/v1/connect', { key: ben.key, body: used })).status).toBe(409);
    expect((await call('connect', '/v1/connect', { key: ada.key, body: used })).status).toBe(200);
    expect((await call('deleteOauthClient', path, { key: ada.key })).body).toEqual({ deleted: mine.id });
    expect((await call('deleteOauthClient', path, { key: ada.key })).status).toBe(404);
    expect((await call('deleteOauthClient', '/v1/oauth-clients/none', { key: ada.key })).status).toBe(404);
  });

  it('409 for one more than a person can have, and the places of the tenant are not taken by it', async () => {
    const send = (name: string, more: object = {}) =>
      call('createOauthClient', '/v1/oauth-clients', { key: ben.key, body: { ...own, name, ...more } });
    for (let made = 0; made < limits.oauth_clients_per_person; made += 1) {
      expect((await send(`ben ${made}`)).status).toBe(201);
    }
    expect((await send('one more')).status).toBe(409);
    const body = { ...own, name: 'of the tenant', scope: 'tenant' };
    const made = await call('createOauthClient', '/v1/oauth-clients', { body });
    expect(made.status).toBe(201);
    expect((await call('deleteOauthClient', `/v1/oauth-clients/${made.body.id}`)).status).toBe(200);
  });

  it('400 with every option that does not fit, 409 for a name that is taken', async () => {
    const send = (body: object) => call('createOauthClient', '/v1/oauth-clients', { body });
    const oidc = { provider: 'generic-oidc', name: 'idp', client_id: 'id' };
    const faults = async (options: object) => (await send({ ...oidc, options })).body.error.faults;
    expect(await faults({})).toEqual([expect.objectContaining({ path: 'body.options.issuer' })]);
    expect(await faults({ issuer: 'ftp://x', host: 'y' })).toHaveLength(2);
    expect((await send({ ...oidc, provider: 'githbu' })).body.error.faults).toEqual([
      expect.objectContaining({ path: 'body.provider', hint: expect.stringContaining('github') }),
    ]);
    const options = { issuer: provider.issuer };
    expect((await send({ ...oidc, options, scope: 'tenant' })).status).toBe(201);
    expect((await send({ ...oidc, options, scope: 'tenant' })).status).toBe(409);
  });
});

describe('connect', () => {
  const link = (body: object, key = ada.key) => call('connect', '/v1/connect', { key, body });

  it('200 with our own page and everything that was wanted', async () => {
    const wanted = { provider: 'example', name: 'Work', scopes: ['repo'], return_to: 'https://app.example/x?y=1' };
    const { body } = await link(wanted);
    const url = new URL(body.url);
    expect(`${url.origin}${url.pathname}`).toBe(`${toolcrib.url}/connect/example`);
    expect(Object.fromEntries(url.searchParams)).toEqual({ name: 'Work', scopes: 'repo', return_to: wanted.return_to });
  });

  it.each([
    ['400 for an unknown provider', { provider: 'nothing' }, 400],
    ['409 where nobody has registered us', { provider: 'github' }, 409],
    ['400 for a scope that is not offered', { provider: 'example', scopes: ['admin'] }, 400],
    ['400 for a scope that is none', { provider: 'generic-oidc', scopes: ['a"b'] }, 400],
    [
      '200 for an option that the client has pinned, which is not heard',
      { provider: 'generic-oidc', options: { issuer: 'https://evil.example' } },
      200,
    ],
    ['400 for an option that is unknown', { provider: 'example', options: { host: 'evil.example' } }, 400],
    ['400 for a return address elsewhere', { provider: 'example', return_to: 'https://evil.example/' }, 400],
    ['403 for sharing without the permission', { provider: 'example', scope: 'shared' }, 403],
    ['404 for a credential that is not there', { provider: 'example', credential_id: crypto.randomUUID() }, 404],
  ])('%s', async (_case, body, status) => {
    expect((await link(body)).status).toBe(status);
  });
});

describe('as many credentials as a person can have', () => {
  it('409: a connection makes no more of them', async () => {
    const { key } = await addPerson(toolcrib, { email: 'full@acme.example' });
    const ask = (id: string, path: string) => call(id, path, { key, body: { provider: 'example' } });
    const fields = { token: 'some-token' };
    for (let made = 0; made < limits.credentials_per_person; made += 1) {
      const body = { name: `c${made}`, system: 'github', strategy: 'token', fields };
      await toolcrib.request('POST', '/v1/credentials', { key, body });
    }
    expect((await ask('connect', '/v1/connect')).status).toBe(409);
    expect((await ask('startDeviceConnect', '/v1/connect/device')).status).toBe(409);
  });
});

describe('the device flow', () => {
  const start = (key = ada.key) =>
    call('startDeviceConnect', '/v1/connect/device', { key, body: { provider: 'example' } });
  const poll = (flow: string, key = ada.key) =>
    call('pollDeviceConnect', '/v1/connect/device/poll', { key, body: { flow } });
  const asked = async () => (await provider.requests())['token'] ?? 0;
  const nextInterval = (seconds: number): void => void (ahead_ms += seconds * 1_000);

  it('connects when the code was entered, and asks the provider no more often than it says', async () => {
    const started = await start();
    expect(started.body).toMatchObject({
      ...{ user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/), verification_uri: provider.endpoints.device_page },
      interval_s: 5,
    });
    const { flow, user_code } = started.body;
    const before = await asked();
    expect((await poll(flow)).body).toEqual({ status: 'waiting', interval_s: 5 });
    expect(await asked()).toBe(before);
    nextInterval(5);
    const both = await Promise.all([poll(flow), poll(flow)]);
    expect(both.map(({ body }) => body.status)).toEqual(['waiting', 'waiting']);
    expect(await asked()).toBe(before + 1);
    await provider.approveDevice(user_code, 'ada');
    nextInterval(5);
    expect((await poll(flow, ben.key)).status).toBe(404);
    const done = await poll(flow);
    expect(done.body).toEqual({ status: 'connected', credential_id: expect.any(String) });
    expect((await poll(flow)).status).toBe(404);
    const shown = await toolcrib.request('GET', `/v1/credentials/${done.body.credential_id}`, { key: ada.key });
    expect(shown.body).toMatchObject({ system: 'example', account: 'ada@provider.example', scope: 'private' });
  });

  it('403 for one to be shared, when the person may share no more', async () => {
    const builder = await addPerson(toolcrib, { email: 'builder@acme.example', role: 'builder' });
    const { key, user_id } = builder;
    const body = { provider: 'example', scope: 'shared' };
    const { flow, user_code } = (await call('startDeviceConnect', '/v1/connect/device', { key, body })).body;
    await provider.approveDevice(user_code, 'ada');
    nextInterval(5);
    await toolcrib.request('PATCH', `/v1/members/${user_id}`, { body: { role: 'member' } });
    expect((await poll(flow, key)).status).toBe(403);
    const { credentials } = (await toolcrib.request('GET', '/v1/credentials', { key })).body;
    expect(credentials.filter(({ user_id: owner }: { user_id: string }) => owner === user_id)).toEqual([]);
  });

  it('is asked less often when the provider says so', async () => {
    const { flow } = (await start()).body;
    await provider.set({ answers: { token: { status: 400, body: { error: 'slow_down' } } } });
    nextInterval(5);
    expect((await poll(flow)).body).toEqual({ status: 'waiting', interval_s: 10 });
    nextInterval(5);
    const before = await asked();
    await poll(flow);
    expect(await asked()).toBe(before);
    nextInterval(5);
    await poll(flow);
    expect(await asked()).toBe(before + 1);
    await provider.set({ answers: {} });
  });

  it.each([
    ['access_denied', 'the person has not agreed'],
    ['expired_token', 'was not entered in time'],
  ])('502 and over when the provider says %s', async (error, text) => {
    const { flow } = (await start()).body;
    await provider.set({ answers: { token: { status: 400, body: { error } } } });
    nextInterval(5);
    const answer = await poll(flow);
    expect(answer.status).toBe(502);
    expect(answer.body.error.message).toContain(text);
    await provider.set({ answers: {} });
    nextInterval(10);
    expect((await poll(flow)).status).toBe(404);
  });

  it('409 where the provider has none; 429 when too many are under way', async () => {
    await call('createOauthClient', '/v1/oauth-clients', {
      key: ben.key,
      body: { provider: 'slack', name: 's', client_id: 'i', client_secret: 's' },
    }).then(async ({ body }) => {
      const wanted = { provider: 'slack', oauth_client_id: body.id };
      const none = await call('startDeviceConnect', '/v1/connect/device', { key: ben.key, body: wanted });
      expect(none.status).toBe(409);
    });
    const statuses: number[] = [];
    for (let number = 0; number < 21; number += 1) statuses.push((await start(ben.key)).status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(20);
    expect(statuses.at(-1)).toBe(429);
  });
});
