// Signing in and out with a browser. Every sign-in gives a new cookie and ends the session that the browser had before.
import { ToolcribError } from '../../base/errors.ts';
import { actorOf } from '../../identity/principal.ts';
import { endSession } from '../../identity/sessions.ts';
import type { StartedSession } from '../../identity/sessions.ts';
import { signIn } from '../../identity/sign-in.ts';
import type { Exchange, Route } from '../route.ts';
import { browserOf, clearSession, requireOwnForm, requireSameOrigin, setSession } from './browser.ts';
import { sendErrorPage } from './error-page.ts';
import { readForm } from './form.ts';
import { ownPath } from './own-path.ts';
import { redirect } from './page.ts';
import type { PeopleDeps } from './people-deps.ts';
import { sendSignInPage } from './sign-in-page.ts';

/** Where a browser goes that came from nowhere. */
const start = '/account';

export function signInRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    { method: 'GET', path: '/sign-in', error: sendErrorPage, handle: (exchange) => show(deps, exchange) },
    { method: 'POST', path: '/sign-in', error: sendErrorPage, handle: (exchange) => enter(deps, exchange) },
    { method: 'POST', path: '/sign-out', error: sendErrorPage, handle: (exchange) => leave(deps, exchange) },
  ];
}

async function show(deps: PeopleDeps, exchange: Exchange): Promise<void> {
  const query = new URLSearchParams(exchange.query);
  const next = ownPath(query.get('next')) ?? start;
  if ((await browserOf(deps.identify, exchange)) !== undefined) {
    redirect(exchange, next);
    return;
  }
  const organisation = (query.get('organisation') ?? '').slice(0, 63);
  const sign_ons = await signOnsOf(deps, organisation, next);
  sendSignInPage(exchange, { next, organisation, sign_ons });
}

async function signOnsOf({ signOnLinks }: PeopleDeps, organisation: string, next: string) {
  if (signOnLinks === undefined || organisation === '') return signOnLinks && [];
  return signOnLinks(organisation.trim().toLowerCase(), next);
}

/** A form of another site must not sign a person in as somebody else (login CSRF): there is no session yet, the origin tells. */
async function enter(deps: PeopleDeps, exchange: Exchange): Promise<void> {
  requireSameOrigin(exchange);
  const form = await readForm(exchange);
  const next = ownPath(form.get('next')) ?? start;
  const organisation = form.get('organisation') ?? '';
  const email = form.get('email') ?? '';
  try {
    const session = await signIn(deps, { organisation, email, password: form.get('password') ?? '' });
    await beginInBrowser(deps, exchange, session);
    redirect(exchange, next);
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError) || !['sign_in_failed', 'rate_limited'].includes(thrown.code)) throw thrown;
    if (thrown.retry_after_s !== undefined) exchange.response.setHeader('retry-after', thrown.retry_after_s);
    sendSignInPage(exchange, { next, organisation, email, sign_ons: deps.signOnLinks && [], error: thrown });
  }
}

/** Gives the browser the new session; the one that it had ends. Also for whoever proved who they are in another way. */
export async function beginInBrowser(
  deps: Pick<PeopleDeps, 'identify' | 'store' | 'clock' | 'ids' | 'forgetIdentities'>,
  exchange: Exchange,
  { text }: Pick<StartedSession, 'text'>,
): Promise<void> {
  const before = await browserOf(deps.identify, exchange);
  if (before !== undefined) {
    const { tenant_id, user_id, via } = before.principal;
    await endSession(deps, actorOf(before.principal), { tenant_id, user_id, id: via.id, action: 'signed-out' });
  }
  deps.forgetIdentities();
  setSession(exchange, text);
}

async function leave(deps: PeopleDeps, exchange: Exchange): Promise<void> {
  const form = await readForm(exchange);
  const browser = await browserOf(deps.identify, exchange);
  if (browser !== undefined) {
    requireOwnForm(browser, exchange, form);
    const { tenant_id, user_id, via } = browser.principal;
    await endSession(deps, actorOf(browser.principal), { tenant_id, user_id, id: via.id, action: 'signed-out' });
    deps.forgetIdentities();
  }
  clearSession(exchange);
  redirect(exchange, '/sign-in');
}
