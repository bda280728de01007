// People of a test: invited over REST, come in through the page of the invitation as a browser would, with a key of their own.
import { expect } from 'vitest';
import type { Answer, TestServer } from './test-server.ts';

export const goodPassword = 'correct horse battery';

export interface TestPerson {
  readonly user_id: string;
  readonly email: string;
  readonly password: string;
  /** The whole Cookie header of the browser. */
  readonly cookie: string;
  /** A key that the person made. */
  readonly key: string;
}

export interface BrowseOptions {
  readonly cookie?: string | undefined;
  /** Posted as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Beside or instead of what a browser sends. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A request as a browser makes it from one of our own pages; redirections are not followed. */
export async function browse(
  { url }: Pick<TestServer, 'url'>,
  method: string,
  path: string,
  { cookie, form, headers = {} }: BrowseOptions = {},
): Promise<Answer> {
  const all = {
    cookie,
    ...(method === 'GET' ? {} : { origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' }),
    ...headers,
  };
  const sent = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const response = await fetch(new URL(path, url), {
    method,
    redirect: 'manual',
    headers: Object.fromEntries(sent),
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: undefined };
}

/** The session cookie that an answer sets, as the browser sends it back. */
export function cookieOf({ headers }: Pick<Answer, 'headers'>): string {
  const [cookie = ''] = headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
  expect(cookie).toMatch(/^__Host-toolcrib=ts_/);
  return cookie;
}

/** The hidden field that proves that a form comes from the page of this session. */
export function csrfOf({ text }: Pick<Answer, 'text'>): string {
  return /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
}

export interface NewPerson {
  readonly email: string;
  /** `member` when absent. */
  readonly role?: string;
  /** Key of whoever invites; the owner of the first tenant when absent. */
  readonly by?: string;
}

/** Invites a person, lets them in with a password, and makes a key of theirs in their own session. */
export async function addPerson(toolcrib: TestServer, { email, role = 'member', by }: NewPerson): Promise<TestPerson> {
  const invited = await toolcrib.request('POST', '/v1/invitations', {
    body: { email, role },
    ...(by === undefined ? {} : { key: by }),
  });
  expect(invited.status).toBe(201);
  const cookie = cookieOf(await accept(toolcrib, invited.body.url));
  const headers = { cookie, origin: new URL(toolcrib.url).origin };
  const made = await toolcrib.request('POST', '/v1/keys', { key: '', headers, body: { name: 'own key' } });
  expect(made.status).toBe(201);
  return { user_id: made.body.key.user_id, email, password: goodPassword, cookie, key: made.body.secret };
}

/** Sends the form of an invitation. */
export function accept(toolcrib: TestServer, invitation_url: string, password = goodPassword): Promise<Answer> {
  const form = { password, again: password };
  return browse(toolcrib, 'POST', new URL(invitation_url).pathname, { form });
}

/** Sends the sign-in form. */
export function signIn(
  toolcrib: TestServer,
  form: { readonly organisation: string; readonly email: string; readonly password: string; readonly next?: string },
  options: Omit<BrowseOptions, 'form'> = {},
): Promise<Answer> {
  return browse(toolcrib, 'POST', '/sign-in', { ...options, form });
}
