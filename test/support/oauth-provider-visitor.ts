// A person at the test provider without a browser: follows redirections with cookies, presses the buttons of its pages.
import { createHash, randomBytes } from 'node:crypto';
import type { OauthTestClient, OauthTokens } from './oauth-provider.ts';

export interface Visit {
  readonly account: string;
  readonly scopes: readonly string[];
  readonly client: OauthTestClient;
}

/** Signs in, accepts, and exchanges the code, as an application with a browser does. */
export async function connectWithoutBrowser(issuer: string, { account, scopes, client }: Visit): Promise<OauthTokens> {
  const redirect_uri = client.redirect_uris[0] ?? '';
  const code_verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri,
    response_type: 'code',
    scope: scopes.join(' '),
    state: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
    code_challenge_method: 'S256',
    prompt: 'consent',
  });
  const back = await follow(createVisitor(), `${issuer}/auth?${query.toString()}`, {
    account,
    until: redirect_uri,
  });
  const code = back.searchParams.get('code');
  if (code === null) throw new Error(`The provider gave no code: ${back.href}`);
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: client.client_secret === undefined || client.auth_method === 'client_secret_post' ? {} : basicOf(client),
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri,
      code_verifier,
      ...(client.client_secret === undefined ? { client_id: client.client_id } : {}),
      ...(client.auth_method === 'client_secret_post'
        ? { client_id: client.client_id, client_secret: client.client_secret ?? '' }
        : {}),
    }),
  });
  if (!response.ok) throw new Error(`The provider answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as OauthTokens;
}

function basicOf({ client_id, client_secret = '' }: OauthTestClient): Record<string, string> {
  const pair = `${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Enters the code of a device, signs in and accepts. */
export async function approveDevice(
  issuer: string,
  { user_code, account }: { readonly user_code: string; readonly account: string },
): Promise<void> {
  const send = createVisitor();
  const page = await (await send(`${issuer}/device`)).text();
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const entered = await send(`${issuer}/device`, { xsrf, user_code, confirm: 'yes' });
  const next = entered.headers.get('location');
  if (next === null) throw new Error(`The provider did not take the code: ${await entered.text()}`);
  await follow(send, new URL(next, issuer).href, { account, until: undefined });
}

type Send = (url: string, form?: Readonly<Record<string, string>>) => Promise<Response>;

/** Sends requests as one browser: with its cookies. */
function createVisitor(): Send {
  const cookies = new Map<string, string>();
  return async (url, form) => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url, {
      headers: { cookie },
      redirect: 'manual',
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
}

/** Where the person is sent to in the end: an address that begins with `until`, or a page that asks nothing more. */
async function follow(
  send: Send,
  start: string,
  { account, until }: { readonly account: string; readonly until: string | undefined },
): Promise<URL> {
  let url = start;
  for (let hops = 0; hops < 20; hops += 1) {
    let response = await send(url);
    if (response.status === 200 && !url.startsWith(new URL('/interaction/', url).href)) return new URL(url);
    if (response.status === 200) {
      const page = await response.text();
      response = await send(url, page.includes('name="account"') ? { account } : { decision: 'accept' });
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`The provider answered ${response.status}: ${await response.text()}`);
    url = new URL(location, url).href;
    if (until !== undefined && url.startsWith(until)) return new URL(url);
  }
  throw new Error('The provider redirects without end');
}
