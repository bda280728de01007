// The page of an invitation: looking at it uses nothing up (programs open links before people do), sending the form does.
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { acceptInvitation, findInvitation } from '../../identity/accept-invitation.ts';
import type { OpenInvitation } from '../../identity/accept-invitation.ts';
import type { Exchange, Route } from '../route.ts';
import { requireSameOrigin } from './browser.ts';
import { errorBox, sendErrorPage } from './error-page.ts';
import { readForm } from './form.ts';
import { html } from './html.ts';
import { redirect, sendPage } from './page.ts';
import type { PeopleDeps } from './people-deps.ts';
import { beginInBrowser } from './sign-in-routes.ts';

const path = '/invitations/{token}';

export function invitationRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    { method: 'GET', path, error: sendErrorPage, handle: (exchange) => show(deps, exchange) },
    { method: 'POST', path, error: sendErrorPage, handle: (exchange) => accept(deps, exchange) },
  ];
}

async function show(deps: PeopleDeps, exchange: Exchange, error?: ToolcribError): Promise<void> {
  const { token = '' } = exchange.params;
  const invitation = await findInvitation(deps, token);
  sendPage(exchange, {
    title: `Welcome to ${invitation.tenant_name}`,
    status: error?.status ?? 200,
    body: html`${error && errorBox(error)}
${describe(invitation)}
<p>Choose a password of ${limits.password_characters} characters or more; several words are good. It opens this organisation alone.</p>
<form method="post" action="/invitations/${token}">
<input type="hidden" name="username" value="${invitation.email}" autocomplete="username">
<label for="password">Password</label>
<input id="password" name="password" type="password" required minlength="${limits.password_characters}" autocomplete="new-password">
<label for="again">The same again</label>
<input id="again" name="again" type="password" required autocomplete="new-password">
<button>Set the password and sign in</button>
</form>`,
  });
}

function describe({ tenant_slug, email, role }: OpenInvitation) {
  return html`<dl><dt>Organisation</dt><dd>${tenant_slug}</dd><dt>E-mail address</dt><dd>${email}</dd><dt>Role</dt><dd>${role}</dd></dl>`;
}

async function accept(deps: PeopleDeps, exchange: Exchange): Promise<void> {
  requireSameOrigin(exchange);
  const form = await readForm(exchange);
  const password = form.get('password') ?? '';
  try {
    requireSame(password, form.get('again'));
    const session = await acceptInvitation(deps, { text: exchange.params['token'] ?? '', password });
    await beginInBrowser(deps, exchange, session);
    redirect(exchange, '/account');
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError) || !['body_invalid', 'rate_limited'].includes(thrown.code)) throw thrown;
    await show(deps, exchange, thrown);
  }
}

/** Throws `body_invalid`. */
export function requireSame(password: string, again: string | null): void {
  if (password === again) return;
  throw new ToolcribError('body_invalid', {
    params: { problem: 'the two passwords differ' },
    faults: [{ path: 'again', message: 'The two passwords differ', hint: 'Type the same one twice' }],
  });
}
