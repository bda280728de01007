// The part of the page that asks for an account: at a provider that knows the person, or by hand. What is typed in goes into
// the vault and is never shown again, not even in a form that was refused.
import type { Fault, ToolcribError } from '../../../base/errors.ts';
import type { RegisteredClient } from '../../../credentials/oauth/choose-client.ts';
import type { Providers } from '../../../credentials/oauth/provider.ts';
import type { Principal } from '../../../identity/principal.ts';
import type { Interaction } from '../../../interactions/find-interactions.ts';
import { pathOf } from '../../../interactions/interaction-row.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { inputName, own_fields, waysOf } from './connect-form.ts';
import type { AccountField, AccountForm, OauthWay } from './connect-form.ts';

export interface ConnectPartView {
  readonly interaction: Interaction;
  readonly principal: Principal;
  readonly providers: Providers;
  /** Registrations that this person may connect with. */
  readonly clients: readonly RegisteredClient[];
  /** The start of every form: its hidden fields. */
  readonly fields: Html;
  /** What was wrong with the form just sent, and the form. */
  readonly error: ToolcribError | undefined;
  readonly form: URLSearchParams | undefined;
  /** The way back, checked. */
  readonly return_to: string | undefined;
}

export function connectPart(view: ConnectPartView): Html {
  const { interaction, principal, providers, clients } = view;
  if (interaction.status !== 'pending') return html``;
  if (!principal.permissions.has('credentials.write')) {
    return html`<p>Your role does not allow you to connect accounts; ask an admin of your organisation.</p>`;
  }
  const { forms, oauth } = waysOf(interaction, providers, clients);
  if (forms.length + oauth.length === 0) {
    return html`<p>This server has no way to connect such an account; ask whoever operates it.</p>`;
  }
  return html`<p>The account then belongs to you, <strong>${principal.caller.user_email}</strong>. Connect it only if you have made the call yourself.</p>
${oauth.map((way) => oauthLink(way, view))}
${forms.map((form) => accountForm(form, view))}`;
}

/** Leads to the page that asks once more and then sends to the provider. */
function oauthLink(
  { provider, title, system, oauth_client_id }: OauthWay,
  { interaction, return_to }: ConnectPartView,
): Html {
  const { id, credential_id } = interaction;
  const back = return_to === undefined ? '' : `?return_to=${encodeURIComponent(return_to)}`;
  const query = new URLSearchParams({ interaction_id: id, return_to: `${pathOf(id)}${back}` });
  if (credential_id !== null) query.set('credential_id', credential_id);
  if (oauth_client_id !== undefined) query.set('oauth_client_id', oauth_client_id);
  return html`<h2>${title} <span class="quiet">(${system})</span></h2>
<p><a class="button" href="/connect/${provider}?${query.toString()}">${credential_id === null ? 'Connect' : 'Connect again'} with ${title}</a></p>`;
}

function accountForm(form: AccountForm, view: ConnectPartView): Html {
  const { interaction, principal, fields } = view;
  const faults = view.form?.get('form') === form.key ? (view.error?.faults ?? []) : [];
  const again = interaction.credential_id !== null;
  const name_id = inputName(form, 'credential');
  const shared_id = inputName(form, 'shared');
  return html`<h2>${form.title} <span class="quiet">(${form.system})</span></h2>
${form.help !== undefined && html`<p>${form.help}${form.help_url !== undefined && html` <a href="${form.help_url}" rel="noreferrer">How to get one</a>`}</p>`}
<form method="post" autocomplete="off">${fields}
<input type="hidden" name="form" value="${form.key}">
${again && html`<input type="hidden" name="again" value="yes">`}
${form.fields?.map((field) => fieldInput(form, field, faults)) ?? ownFields(form, faults)}
${
  !again &&
  html`<label for="${name_id}">Name of the account (optional)</label>
<input id="${name_id}" name="${name_id}" maxlength="100" placeholder="${form.system}" value="${keptName(form, view)}">`
}
${
  !again &&
  principal.permissions.has('credentials.share') &&
  html`<label for="${shared_id}"><input id="${shared_id}" type="checkbox" name="shared" value="yes"> Share it with everybody in ${principal.caller.tenant_slug}</label>`
}
<button name="do" value="connect">${again ? 'Save' : 'Connect'}: ${form.title}</button>
</form>`;
}

/** The name is no secret: it stays when the form was refused. */
function keptName(form: AccountForm, { form: sent }: ConnectPartView): string {
  return sent?.get(inputName(form, 'credential')) ?? '';
}

function fieldInput(form: AccountForm, { name, title, secret }: AccountField, faults: readonly Fault[]): Html {
  const id = inputName(form, name);
  const fault = faults.find(({ path }) => path === `body.fields.${name}`);
  return html`<label for="${id}">${title}</label>
${fault !== undefined && html`<p id="${id}.fault" class="fault">${title} ${fault.message}.</p>`}
<input id="${id}" name="${id}" type="${secret ? 'password' : 'text'}" required autocomplete="off" spellcheck="false" autocapitalize="none" ${fault !== undefined && html`aria-invalid="true" aria-describedby="${id}.fault"`}>`;
}

function ownFields(form: AccountForm, faults: readonly Fault[]): readonly Html[] {
  const [fault] = faults;
  const rows = Array.from({ length: own_fields }, (_, index) => {
    const [name_id, value_id] = [inputName(form, `name${index}`), inputName(form, `value${index}`)];
    const required = index === 0 && html`required`;
    return html`<label for="${name_id}">Name of field ${index + 1}</label>
<input id="${name_id}" name="${name_id}" maxlength="64" spellcheck="false" autocapitalize="none" ${required}>
<label for="${value_id}">Value of field ${index + 1}</label>
<input id="${value_id}" name="${value_id}" type="password" autocomplete="off" ${required}>`;
  });
  return [html`${fault !== undefined && html`<p class="fault">The fields: ${fault.message}.</p>`}`, ...rows];
}
