// Whose browser is it? The session cookie, and the proof that a request comes from a page of ours: for REST operations and
// for forms. A cookie travels by itself, so it counts only together with that proof (attack A32).
import { createHmac, timingSafeEqual } from 'node:crypto';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Identify, Principal } from '../../identity/principal.ts';
import type { Exchange } from '../route.ts';
import { readCookie, setCookie } from './form.ts';
import { redirect } from './page.ts';
import type { Page } from './page.ts';

const cookie = '__Host-toolcrib';

export interface Browser {
  readonly principal: Principal;
  /** Goes into every form as the field `csrf`. */
  readonly csrf: string;
}

/** The person who is signed in with this browser; undefined when nobody is. */
export async function browserOf(identify: Identify, exchange: Exchange): Promise<Browser | undefined> {
  const text = readCookie(exchange, cookie);
  if (text === undefined) return undefined;
  try {
    const principal = await identify(`Session ${text}`);
    return { principal, csrf: csrfOf(text) };
  } catch (thrown) {
    if (thrown instanceof ToolcribError && thrown.code === 'unauthenticated') return undefined;
    throw thrown;
  }
}

/**
 * The same for a page that needs somebody: when nobody is signed in, the browser is sent to the sign-in page, from there back
 * to `next` (by default this page), and the answer is undefined: nothing is left to do.
 */
export async function requireBrowser(
  identify: Identify,
  exchange: Exchange,
  next: string = pageOf(exchange),
): Promise<Browser | undefined> {
  const browser = await browserOf(identify, exchange);
  if (browser === undefined) redirect(exchange, `/sign-in?next=${encodeURIComponent(next)}`);
  return browser;
}

/** Where to come back to: what was posted is lost, so its own page is shown again, if it has one. */
function pageOf({ request }: Exchange): string {
  return request.url ?? '/account';
}

/** What the head of a page shows: `sendPage(exchange, { …, signed_in: signedIn(browser) })`. */
export function signedIn({ principal, csrf }: Browser): NonNullable<Page['signed_in']> {
  return { email: principal.caller.user_email, tenant: principal.caller.tenant_slug, csrf };
}

/** Throws `request_forged` unless the form was made by a page that this server gave to this session. */
export function requireOwnForm({ csrf }: Browser, exchange: Exchange, form: URLSearchParams): void {
  requireSameOrigin(exchange);
  const given = Buffer.from(form.get('csrf') ?? '');
  const wanted = Buffer.from(csrf);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw new ToolcribError('request_forged');
}

/**
 * The Authorization header of a REST request, or the session of a browser whose request comes from our own pages: browsers
 * set `Sec-Fetch-Site` and `Origin` by themselves and no page can change them. Throws `request_forged`.
 */
export function authorizationOf(exchange: Exchange): string | undefined {
  const { authorization } = exchange.request.headers;
  if (authorization !== undefined) return authorization;
  const text = readCookie(exchange, cookie);
  if (text === undefined) return undefined;
  if (exchange.request.method !== 'GET') requireSameOrigin(exchange);
  return `Session ${text}`;
}

/**
 * Throws `request_forged` for a request that another site's page has caused, and for one that does not say. `Sec-Fetch-Site`
 * counts first: it is about the address that the browser sees, also where a proxy asks us under another host name.
 */
export function requireSameOrigin({ request }: Exchange): void {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const same = origin !== undefined && /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase() === host?.toLowerCase();
  if (site === undefined ? !same : site !== 'same-origin') throw new ToolcribError('request_forged');
}

export function setSession(exchange: Exchange, text: string): void {
  setCookie(exchange, { name: cookie, value: text, max_age_s: limits.session_ms / 1_000 });
}

export function clearSession(exchange: Exchange): void {
  setCookie(exchange, { name: cookie, value: '', max_age_s: 0 });
}

/** Bound to the session by its secret, so that it need not be kept. */
function csrfOf(session_text: string): string {
  return createHmac('sha256', session_text).update('toolcrib csrf').digest('base64url');
}
