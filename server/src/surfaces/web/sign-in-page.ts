// The page on which a person signs in: with a password, or with a single sign-on of their organisation.
import type { ToolcribError } from '../../base/errors.ts';
import type { Exchange } from '../route.ts';
import { errorBox } from './error-page.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { sendPage } from './page.ts';

/** A way in at an issuer. */
export interface SignOnLink {
  readonly name: string;
  /** A path of ours that leads there. */
  readonly path: string;
}

export interface SignInPage {
  /** Where to go afterwards: an `ownPath`. */
  readonly next: string;
  readonly organisation?: string;
  readonly email?: string;
  /** Those of the organisation; undefined: the server offers none. */
  readonly sign_ons?: readonly SignOnLink[] | undefined;
  readonly error?: ToolcribError;
}

/** Answers with the page; with the status of the error when there is one. */
export function sendSignInPage(exchange: Exchange, page: SignInPage): void {
  const { next, organisation = '', email = '', sign_ons, error } = page;
  const invalid = error === undefined ? undefined : html` aria-invalid="true"`;
  sendPage(exchange, {
    title: 'Sign in',
    status: error?.status ?? 200,
    body: html`${error && errorBox(error)}
<form method="post" action="/sign-in">
<input type="hidden" name="next" value="${next}">
<label for="organisation">Organisation</label>
<input id="organisation" name="organisation" value="${organisation}" required maxlength="63" autocomplete="organization" autocapitalize="none" spellcheck="false"${invalid}>
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" value="${email}" required maxlength="254" autocomplete="username"${invalid}>
<label for="password">Password</label>
<input id="password" name="password" type="password" required autocomplete="current-password"${invalid}>
<button>Sign in</button>
</form>
${sign_ons && signOns(sign_ons, page)}`,
  });
}

function signOns(links: readonly SignOnLink[], { next, organisation = '', error }: SignInPage): Html {
  if (links.length > 0) {
    return html`<h2>Single sign-on</h2>
${links.map(({ name, path }) => html`<p><a class="button plain" href="${path}">Sign in with ${name}</a></p>`)}`;
  }
  return html`<h2>Single sign-on</h2>
${organisation !== '' && error === undefined && html`<p>There is none for this organisation.</p>`}
<form method="get" action="/sign-in">
<input type="hidden" name="next" value="${next}">
<label for="sign-on-organisation">Organisation</label>
<input id="sign-on-organisation" name="organisation" value="${organisation}" required maxlength="63" autocapitalize="none" spellcheck="false">
<button class="plain">Continue</button>
</form>`;
}
