// The account page: who one is here, where one is signed in, and the password.
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { getMember } from '../../identity/members.ts';
import { actorOf } from '../../identity/principal.ts';
import { endSession, listSessions } from '../../identity/sessions.ts';
import type { Session } from '../../identity/sessions.ts';
import { changePassword } from '../../identity/set-password.ts';
import { getTenant } from '../../identity/tenants.ts';
import type { Exchange, Route } from '../route.ts';
import { requireBrowser, requireOwnForm, signedIn } from './browser.ts';
import type { Browser } from './browser.ts';
import { errorBox, sendErrorPage } from './error-page.ts';
import { readForm } from './form.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { requireSame } from './invitation-routes.ts';
import { redirect, sendPage } from './page.ts';
import type { PeopleDeps } from './people-deps.ts';

type Handle = (deps: PeopleDeps, exchange: Exchange, browser: Browser) => Promise<void>;

export function accountRoutes(deps: PeopleDeps): readonly Route[] {
  const route = (method: Route['method'], path: string, handle: Handle): Route => ({
    method,
    path,
    error: sendErrorPage,
    handle: async (exchange) => {
      const browser = await requireBrowser(deps.identify, exchange, method === 'GET' ? undefined : '/account');
      if (browser !== undefined) await handle(deps, exchange, browser);
    },
  });
  return [
    route('GET', '/account', showAccount),
    route('POST', '/account/sessions/{id}/end', endOne),
    route('GET', '/account/password', (_deps, exchange, browser) => Promise.resolve(showPassword(exchange, browser))),
    route('POST', '/account/password', change),
  ];
}

async function showAccount(deps: PeopleDeps, exchange: Exchange, browser: Browser): Promise<void> {
  const { tenant_id, user_id, role } = browser.principal;
  const [tenant, member, sessions] = await Promise.all([
    getTenant(deps, tenant_id),
    getMember(deps, tenant_id, user_id),
    listSessions(deps, { tenant_id, user_id }),
  ]);
  const notice = new URLSearchParams(exchange.query).get('done') === 'password';
  sendPage(exchange, {
    title: 'Your account',
    signed_in: signedIn(browser),
    body: html`${notice && html`<div class="notice" role="status"><p>The password is changed; your other sessions have ended.</p></div>`}
<dl>
<dt>Name</dt><dd>${member.name}</dd>
<dt>E-mail address</dt><dd>${member.email}</dd>
<dt>Organisation</dt><dd>${tenant.name} (${tenant.slug})</dd>
<dt>Role</dt><dd>${role}</dd>
</dl>
<p><a href="/interactions">What waits for you</a> · <a href="/account/password">Change your password</a></p>
<h2>Where you are signed in</h2>
<div class="table"><table>
<thead><tr><th scope="col">Since</th><th scope="col">Last seen</th><th scope="col">With</th><th scope="col">End</th></tr></thead>
<tbody>${sessions.map((session) => sessionRow(session, browser))}</tbody>
</table></div>`,
  });
}

const ways = { password: 'password', sso: 'single sign-on', invitation: 'invitation' } as const;

function sessionRow({ id, created_at, last_seen_at, via }: Session, { principal, csrf }: Browser): Html {
  const end =
    id === principal.via.id
      ? html`this browser`
      : html`<form method="post" action="/account/sessions/${id}/end"><input type="hidden" name="csrf" value="${csrf}"><button class="plain" aria-label="End the session since ${timeText(created_at)}">End</button></form>`;
  return html`<tr><td>${timeText(created_at)}</td><td>${timeText(last_seen_at)}</td><td>${ways[via]}</td><td>${end}</td></tr>`;
}

/** `2026-12-01 07:10 UTC` */
function timeText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

async function endOne(deps: PeopleDeps, exchange: Exchange, browser: Browser): Promise<void> {
  requireOwnForm(browser, exchange, await readForm(exchange));
  const { tenant_id, user_id } = browser.principal;
  const { id = '' } = exchange.params;
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new ToolcribError('not_found');
  await endSession(deps, actorOf(browser.principal), { tenant_id, user_id, id });
  deps.forgetIdentities();
  redirect(exchange, '/account');
}

function showPassword(exchange: Exchange, browser: Browser, error?: ToolcribError): void {
  sendPage(exchange, {
    title: 'Change your password',
    signed_in: signedIn(browser),
    status: error?.status ?? 200,
    body: html`${error && errorBox(error)}
<p>${limits.password_characters} characters or more; several words are good. Your other sessions end; API keys go on.</p>
<form method="post" action="/account/password">
<input type="hidden" name="csrf" value="${browser.csrf}">
<input type="hidden" name="username" value="${browser.principal.caller.user_email}" autocomplete="username">
<label for="old">Old password</label>
<input id="old" name="old" type="password" required autocomplete="current-password">
<label for="password">New password</label>
<input id="password" name="password" type="password" required minlength="${limits.password_characters}" autocomplete="new-password">
<label for="again">The same again</label>
<input id="again" name="again" type="password" required autocomplete="new-password">
<button>Change</button>
</form>
<p><a href="/account">Back to your account</a></p>`,
  });
}

async function change(deps: PeopleDeps, exchange: Exchange, browser: Browser): Promise<void> {
  const form = await readForm(exchange);
  requireOwnForm(browser, exchange, form);
  const password = form.get('password') ?? '';
  try {
    requireSame(password, form.get('again'));
    await changePassword(deps, browser.principal, { old_password: form.get('old') ?? '', password });
    deps.forgetIdentities();
    redirect(exchange, '/account?done=password');
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError) || !['body_invalid', 'rate_limited', 'conflict'].includes(thrown.code)) {
      throw thrown;
    }
    showPassword(exchange, browser, thrown);
  }
}
