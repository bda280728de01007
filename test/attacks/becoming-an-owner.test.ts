// What an admin prepares for somebody who never came in must not become the admin's own way to be an owner: an issuer that
// says whatever the admin likes, a link or a key from before the person was made an owner.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOidcProvider } from '../support/oidc-provider.ts';
import type { OidcProvider } from '../support/oidc-provider.ts';
import { accept, addPerson } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { issuerSecret, openSignOnOffice } from '../support/sign-on-office.ts';
import type { SignOnOffice } from '../support/sign-on-office.ts';
import { stopBeforeCallback } from '../support/sign-on-visitor.ts';

let office: SignOnOffice;
/** Of the admin, who may set up whatever issuer they like. */
let issuer: OidcProvider;
let admin: TestPerson;
let button: string;
beforeAll(async () => {
  [office, issuer] = await Promise.all([openSignOnOffice(), startOidcProvider()]);
  admin = await addPerson(office.toolcrib, { email: 'admin@acme.example', role: 'admin' });
  const body = { name: 'Mine', issuer: issuer.issuer, client_id: 'toolcrib', client_secret: issuerSecret };
  const made = await office.toolcrib.request('POST', '/v1/sign-ons', { key: admin.key, body });
  issuer.allowReturn(`${office.url}${new URL(made.body.redirect_uri).pathname}`);
  button = office.buttonOf(made.body);
});
afterAll(async () => {
  await Promise.all([office.stop(), issuer.stop()]);
});

/** What the admin's own issuer makes of somebody's address. */
async function comeInAs(email: string): Promise<{ readonly status: number; readonly signed_in: boolean }> {
  issuer.signInAs({ sub: email, email, email_verified: true });
  const { callback, cookie } = await stopBeforeCallback(button);
  const response = await fetch(callback, { headers: { cookie }, redirect: 'manual' });
  const signed_in = response.headers.getSetCookie().some((set) => set.startsWith('__Host-toolcrib=ts_'));
  return { status: response.status, signed_in };
}

/** A member who never came in. */
async function addStranger(email: string): Promise<string> {
  const body = { email, name: 'Stranger', role: 'member' };
  const made = await office.toolcrib.request('POST', '/v1/members', { key: admin.key, body });
  return made.body.user_id;
}

const promote = (user_id: string) =>
  office.toolcrib.request('PATCH', `/v1/members/${user_id}`, { body: { role: 'owner' } });

describe('A07 an issuer that an admin chose', () => {
  test('opens no owner who never came in with a browser', async () => {
    expect(await comeInAs('owner@acme.example')).toEqual({ status: 403, signed_in: false });
  });

  test('uses up no invitation to be an owner', async () => {
    const body = { email: 'boss@acme.example', role: 'owner' };
    const invited = await office.toolcrib.request('POST', '/v1/invitations', { body });
    expect(await comeInAs('boss@acme.example')).toEqual({ status: 403, signed_in: false });
    expect((await accept(office.toolcrib, invited.body.url)).status).toBe(303);
  });

  test('opens a member as before', async () => {
    await addStranger('plain@acme.example');
    expect(await comeInAs('plain@acme.example')).toEqual({ status: 303, signed_in: true });
  });
});

describe('A07 what an admin has from before somebody was made an owner', () => {
  test('a link for the member opens no owner', async () => {
    const email = 'linked@acme.example';
    const user_id = await addStranger(email);
    const invited = await office.toolcrib.request('POST', '/v1/invitations', { key: admin.key, body: { email } });
    expect((await promote(user_id)).status).toBe(200);
    expect((await accept(office.toolcrib, invited.body.url)).status).toBe(404);
  });

  test('a link for an address that has become an owner’s meanwhile opens none', async () => {
    const email = 'later@acme.example';
    const invited = await office.toolcrib.request('POST', '/v1/invitations', { key: admin.key, body: { email } });
    const body = { email, name: 'Later', role: 'owner' };
    expect((await office.toolcrib.request('POST', '/v1/members', { body })).status).toBe(201);
    expect((await accept(office.toolcrib, invited.body.url)).status).toBe(404);
  });

  test('a key for the member ends', async () => {
    const user_id = await addStranger('keyed@acme.example');
    const made = await office.toolcrib.request('POST', '/v1/keys', {
      key: admin.key,
      body: { name: 'x', scopes: ['tools.use'], user_id },
    });
    const { secret } = made.body;
    expect((await office.toolcrib.request('GET', '/v1/me', { key: secret })).status).toBe(200);
    expect((await promote(user_id)).status).toBe(200);
    expect((await office.toolcrib.request('GET', '/v1/me', { key: secret })).status).toBe(401);
  });
});
