// The pages around a connection: what is asked for, before anybody is sent anywhere; the way out; and what became of it.
import type { ToolcribError } from '../../../base/errors.ts';
import type { PreparedConnection } from '../../../credentials/oauth/wanted-connection.ts';
import type { Exchange } from '../../route.ts';
import { signedIn } from '../browser.ts';
import type { Browser } from '../browser.ts';
import { errorBox } from '../error-page.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { sendPage } from '../page.ts';
import { optionField } from './connect-request.ts';
import type { ConnectRequest } from './connect-request.ts';

export interface ConnectView {
  readonly browser: Browser;
  readonly request: ConnectRequest;
  /** What would be connected. */
  readonly prepared: PreparedConnection;
  /** Checked. */
  readonly return_to: string;
}

/** Asks the person before they are sent to the provider: what for, with which rights, and for whom (attack A02). */
export function sendConnectPage(exchange: Exchange, view: ConnectView): void {
  const { browser, request, prepared, return_to } = view;
  const { provider } = prepared;
  const { caller } = browser.principal;
  sendPage(exchange, {
    title: `Connect ${provider.title}`,
    signed_in: signedIn(browser),
    body: html`<p>You will be sent to ${provider.title} and asked there whether <strong>${caller.tenant_slug}</strong> may use your account.
The account then belongs to you, <strong>${caller.user_email}</strong>, in this organisation. Go on only if you have asked for this yourself.</p>
<form method="post" action="/connect/${provider.name}">
<input type="hidden" name="csrf" value="${browser.csrf}">
<input type="hidden" name="return_to" value="${return_to}">
<input type="hidden" name="picked" value="yes">
${hidden('interaction_id', request.interaction_id)}${hidden('credential_id', request.credential_id)}${hidden('oauth_client_id', request.oauth_client_id)}
${optionInputs(view)}
${scopeBoxes(prepared)}
${request.credential_id === undefined ? nameAndSharing(view) : html`<p>Connects <strong>${prepared.name}</strong> again.</p>`}
<button>Go to ${provider.title}</button>
</form>
<p><a href="${return_to}">Back, without connecting</a></p>`,
  });
}

function hidden(name: string, value: string | undefined): Html | false {
  return value !== undefined && html`<input type="hidden" name="${name}" value="${value}">`;
}

function optionInputs({ prepared }: ConnectView): readonly Html[] {
  const { provider, at, options } = prepared;
  // What the registration has pinned is nobody's to choose.
  const open = provider.options.filter(({ name, set_by }) => set_by === 'person' && isOpen(prepared, name));
  return open.map(({ name, title, help, required }) => {
    const id = optionField(name);
    const value = options[name] ?? at.client.options[name] ?? '';
    return html`<label for="${id}">${title}</label>
${help !== undefined && html`<p class="quiet" id="${id}.help">${help}</p>`}
<input id="${id}" name="${id}" value="${value}" maxlength="500" ${required && new_required} ${help !== undefined && html`aria-describedby="${id}.help"`}>`;
  });
}

const new_required = html`required`;

function isOpen({ chosen }: PreparedConnection, name: string): boolean {
  return chosen.client.options[name] === undefined;
}

function scopeBoxes({ provider, scopes }: PreparedConnection): Html | false {
  const known = provider.oauth?.scopes ?? [];
  const others = scopes.filter((scope) => !known.some(({ name }) => name === scope));
  if (known.length + others.length === 0) return false;
  const boxes = known.map(({ name, title, always }, index) =>
    always
      ? html`<li><input type="checkbox" id="scope${index}" checked disabled> <label for="scope${index}">${title} <span class="quiet">(always)</span></label></li>`
      : html`<li><input type="checkbox" id="scope${index}" name="scopes" value="${name}" ${scopes.includes(name) && checked}> <label for="scope${index}">${title}</label></li>`,
  );
  const other_boxes = others.map(
    (name, index) =>
      html`<li><input type="checkbox" id="other${index}" name="scopes" value="${name}" checked> <label for="other${index}"><code>${name}</code></label></li>`,
  );
  return html`<fieldset><legend>What it may be used for</legend><ul class="plain">${boxes}${other_boxes}</ul></fieldset>`;
}

const checked = html`checked`;

function nameAndSharing({ browser, prepared, request }: ConnectView): Html {
  const shares = browser.principal.permissions.has('credentials.share');
  const choice = (value: string, text: string): Html =>
    html`<li><input type="radio" id="${value}" name="scope" value="${value}" ${request.scope === value && checked}> <label for="${value}">${text}</label></li>`;
  return html`<label for="name">Name of the credential (optional)</label>
<input id="name" name="name" maxlength="100" value="${prepared.is_named ? prepared.name : ''}" placeholder="${prepared.provider.title}" autocomplete="off">
${
  shares &&
  html`<fieldset><legend>Who may use it</legend><ul class="plain">
${choice('private', 'Only you')}${choice('shared', 'Everybody in the organisation, in your name')}</ul></fieldset>`
}`;
}

/**
 * Sends the browser on. Not by a redirection of the form, which its content policy would hold to the addresses known when the
 * page was made; a link for browsers that do not go by themselves.
 */
export function sendGoingPage(
  exchange: Exchange,
  { browser, title, url }: { readonly browser: Browser; readonly title: string; readonly url: URL },
): void {
  exchange.response.setHeader('refresh', `0; url=${url.href}`);
  sendPage(exchange, {
    title: `On the way to ${title}`,
    signed_in: signedIn(browser),
    body: html`<p>You are being sent to ${url.host}. If nothing happens: <a rel="noreferrer" href="${url.href}">go on to ${title}</a>.</p>`,
  });
}

/** Nothing was connected: why, in our words, and the way back. */
export function sendFailedPage(
  exchange: Exchange,
  {
    browser,
    error,
    provider,
    title,
    return_to,
  }: {
    readonly browser: Browser;
    readonly error: ToolcribError;
    readonly provider: string;
    readonly title: string;
    readonly return_to: string;
  },
): void {
  sendPage(exchange, {
    title: `${title} was not connected`,
    status: error.status,
    signed_in: signedIn(browser),
    body: html`${errorBox(error)}
<p class="quiet">Error <code>${error.code}</code>, request <code>${exchange.request_id}</code></p>
<p><a class="button" href="${return_to}">Back to where you came from</a> <a href="/connect/${provider}?${new URLSearchParams({ return_to }).toString()}">Connect ${title} again</a></p>`,
  });
}
