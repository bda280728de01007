// The part of the page that leads to another application, where a person does what a tool waits for: who sends them, where
// they go, and how it stands.
import type { Interaction } from '../../../interactions/find-interactions.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import type { HandOffView } from './interaction-deps.ts';

export interface HandOffPartView {
  readonly interaction: Interaction;
  /** The start of every form: its hidden fields. */
  readonly fields: Html;
  /** Undefined when the hand-off is gone. */
  readonly hand_off: HandOffView | undefined;
}

export function handOffPart({ interaction, fields, hand_off }: HandOffPartView): Html {
  const { details, status, tool, user_name, user_email } = interaction;
  if (details.kind !== 'handoff') return html``;
  return html`<dl>
<dt>Tool</dt><dd><code>${tool}</code></dd>
<dt>In the name of</dt><dd>${user_name} (${user_email})</dd>
<dt>Application</dt><dd>${details.client}</dd>
<dt>It is at</dt><dd><strong>${details.host}</strong></dd>
</dl>
${status === 'pending' && hand_off !== undefined && actions(hand_off, { host: details.host, fields })}`;
}

function actions(
  { status, may_start }: HandOffView,
  { host, fields }: { readonly host: string; readonly fields: Html },
): Html {
  const cancel = html`<button name="do" value="cancel" class="plain">Cancel the request</button>`;
  if (status === 'pending') {
    return html`<p>You leave this server and go on at <strong>${host}</strong>, which learns your name, your address and what the tool was asked. Go on only if you have made the call yourself.</p>
<form method="post">${fields}${cancel}
<button name="do" value="start">Go on to ${host}</button>
</form>`;
  }
  return html`<div class="notice" role="status"><p><strong>Begun.</strong> Finish your work at ${host}; this page shows then that it is done.</p></div>
<form method="post">${fields}${cancel}
${may_start && html`<button name="do" value="start">Start again at ${host}</button>`}
</form>`;
}
