// The operations of single sign-on: settings go in, are checked at the issuer, and come out without their secret.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { operationCaller } from '../support/operation-caller.ts';
import { openSignOnOffice } from '../support/sign-on-office.ts';
import type { SignOnOffice } from '../support/sign-on-office.ts';

let office: SignOnOffice;
/** Says of itself what its path asks for. */
let fake: LocalHttp;
const call = operationCaller(() => office.toolcrib);

beforeAll(async () => {
  office = await openSignOnOffice({ config: { public_urls: ['https://tools.example.com'] } });
  fake = await startLocalHttp(({ path }, response) => {
    if (path.startsWith('/down/')) return void response.writeHead(503).end();
    if (path.startsWith('/html/')) return void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
    const issuer = path.startsWith('/other/') ? 'https://login.example.com' : `${fake.url}/ok`;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ issuer }));
  });
});
afterAll(async () => {
  await Promise.all([office.stop(), fake.close()]);
});

const settings = () => ({
  ...{ name: 'Second', issuer: office.issuer.issuer, client_id: 'c', client_secret: 'marked-secret-of-a-sign-on' },
  ...{ domains: ['Example.com', 'example.com'], role: 'builder' },
});

test('201, 200, 200: made, listed without its secret, deleted', async () => {
  const made = await call('createSignOn', '/v1/sign-ons', { body: settings() });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    ...{ name: 'Second', client_secret: 'set', domains: ['example.com'], role: 'builder' },
    redirect_uri: 'https://tools.example.com/sign-on/acme/callback',
  });
  const listed = await call('listSignOns', '/v1/sign-ons');
  expect(listed.body.sign_ons).toEqual([office.sign_on, made.body]);
  expect(`${made.text}${listed.text}`).not.toContain('marked-secret');
  const path = `/v1/sign-ons/${made.body.id}`;
  expect((await call('deleteSignOn', path)).body).toEqual({ deleted: made.body.id });
  expect((await call('deleteSignOn', path)).status).toBe(404);
  const { body } = await office.toolcrib.request('GET', '/v1/audit/changes');
  expect(body.changes.slice(0, 2)).toMatchObject([
    { action: 'sign-on-deleted', target_id: made.body.id },
    { action: 'sign-on-created', target_id: made.body.id },
  ]);
});

test('409 a name that is taken', async () => {
  const answer = await call('createSignOn', '/v1/sign-ons', { body: { ...settings(), name: 'Acme' } });
  expect([answer.status, answer.body.error.code]).toEqual([409, 'conflict']);
});

describe('400 an issuer that cannot be used, and why', () => {
  test.each([
    ['not https', 'http://login.example.com', 'begins with https://'],
    ['with a query', 'https://login.example.com/?a=b', 'begins with https://'],
    ['its document instead of its name', 'https://a.example/.well-known/openid-configuration', 'begins with https://'],
    ['no address', 'login.example.com', 'begins with https://'],
    ['a name that nobody has', 'https://issuer.invalid', 'cannot be reached'],
    ['that is down', '/down', 'cannot be reached right now, or is failing'],
    ['that is none', '/html', 'not OpenID Connect'],
    ['that calls itself otherwise', '/other', 'calls itself something else'],
    ['almost its name', '/ok/', 'calls itself something else'],
  ])('%s', async (_name, issuer, problem) => {
    const named = issuer.startsWith('/') ? `${fake.url}${issuer}` : issuer;
    const answer = await call('createSignOn', '/v1/sign-ons', { body: { ...settings(), issuer: named } });
    expect(answer.status).toBe(400);
    expect(answer.body.error.faults).toMatchObject([
      { path: 'body.issuer', message: expect.stringContaining(problem) },
    ]);
  });

  test('A05: in the server’s own network, which the operator has not allowed', async () => {
    const private_issuer = office.issuer.issuer.replace('127.0.0.1', '[::1]');
    const asked = office.issuer.requests.length;
    const answer = await call('createSignOn', '/v1/sign-ons', { body: { ...settings(), issuer: private_issuer } });
    expect(answer.body.error.faults).toMatchObject([{ message: expect.stringContaining('not in the public network') }]);
    expect(office.issuer.requests).toHaveLength(asked);
  });

  test.each([
    ['an admin’s role', { role: 'admin' }],
    ['a domain that is none', { domains: ['@example.com'] }],
    ['every domain', { domains: ['*'] }],
    ['no secret', { client_secret: '' }],
  ])('%s', async (_name, change) => {
    const answer = await call('createSignOn', '/v1/sign-ons', { body: { ...settings(), ...change } });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'body_invalid']);
  });
});

test('403 for a key that may set up sign-ons and make no members: an issuer makes them by domain', async () => {
  const body = { name: 'narrow', scopes: ['tools.use', 'sign_on.write'] };
  const narrow = await office.toolcrib.request('POST', '/v1/keys', { body });
  const answer = await call('createSignOn', '/v1/sign-ons', {
    key: narrow.body.secret,
    body: { ...settings(), name: 'Narrow' },
  });
  expect(answer.status).toBe(403);
});

test('403 for whoever does not manage the tenant, 404 for another tenant’s', async () => {
  const key = await office.toolcrib.request('POST', '/v1/keys', { body: { name: 'x', scopes: ['tools.use'] } });
  const { secret } = key.body;
  expect((await call('listSignOns', '/v1/sign-ons', { key: secret })).status).toBe(403);
  expect((await call('createSignOn', '/v1/sign-ons', { key: secret, body: settings() })).status).toBe(403);
  const path = `/v1/sign-ons/${office.sign_on.id}`;
  expect((await call('deleteSignOn', path, { key: secret })).status).toBe(403);
  const other = office.toolcrib.keys['other'] ?? '';
  const foreign = await call('deleteSignOn', path, { key: other });
  const unknown = await call('deleteSignOn', '/v1/sign-ons/x', { key: other });
  expect([foreign.status, foreign.body.error]).toEqual([404, unknown.body.error]);
  expect((await call('listSignOns', '/v1/sign-ons', { key: other })).body).toEqual({ sign_ons: [] });
});

test('409 more than fit on the sign-in page', async () => {
  const existing = (await call('listSignOns', '/v1/sign-ons')).body.sign_ons.length;
  for (let made = existing; made < 10; made += 1) await office.createSignOn({ name: `More ${made}` });
  const answer = await call('createSignOn', '/v1/sign-ons', { body: settings() });
  expect([answer.status, answer.body.error.message]).toEqual([409, 'There are 10 sign-ons already.']);
});
