// The part of the page that asks yes or no: what would run, with which arguments and account, in whose name. Everything that
// others have written is shown as their words, never as ours.
import type { Interaction } from '../../../interactions/find-interactions.ts';
import type { PeopleOf } from '../../../interactions/people.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';

export interface ApproveView {
  readonly interaction: Interaction;
  /** As text for people; undefined when they are gone. */
  readonly shown_arguments: string | undefined;
  readonly people: PeopleOf;
  /** The start of every form: its hidden fields. */
  readonly fields: Html;
}

export function approvePart(view: ApproveView): Html {
  return html`${facts(view)}
${view.interaction.status === 'pending' && (view.interaction.may_answer ? buttons(view.fields) : waiting(view))}`;
}

function facts({ interaction, shown_arguments, people }: ApproveView): Html {
  const { details, tool, user_name, user_email } = interaction;
  if (details.kind !== 'approve') return html``;
  return html`<dl>
<dt>Tool</dt><dd><code>${tool}</code></dd>
<dt>Danger</dt><dd>${details.danger}</dd>
<dt>In the name of</dt><dd>${user_name} (${user_email})</dd>
<dt>Asked by</dt><dd>${people.key_name === undefined ? 'a browser' : html`a program with the API key “${people.key_name}”`}</dd>
<dt>Account</dt><dd>${details.credential_name ?? 'none of the person’s'}</dd>
</dl>
<h2>What the author says of the tool</h2>
<blockquote>${details.description === '' ? 'Nothing.' : details.description}</blockquote>
<h2 id="arguments">Arguments of this call</h2>
${
  shown_arguments === undefined
    ? html`<p>They are not kept after the answer.</p>`
    : html`<pre class="whole" aria-labelledby="arguments" role="region" tabindex="0">${shown_arguments}</pre>`
}`;
}

function buttons(fields: Html): Html {
  return html`<form method="post">${fields}
<p>Yes lets this one call run, with exactly these arguments. If you did not expect it, say no.</p>
<button name="do" value="no" class="plain">No, do not run it</button>
<button name="do" value="yes">Yes, run it once</button>
</form>`;
}

/** The person in whose name the call runs, where another one decides. */
function waiting({ people: { deciders }, fields }: ApproveView): Html {
  return html`<div class="notice" role="status"><p><strong>Waiting for somebody else.</strong>
Your organisation wants another person to decide about this call.</p>
<p>${deciders.length === 0 ? 'Nobody else may decide at present; an owner can make somebody an admin.' : html`These may: ${deciders.join(', ')}. They find it under <a href="/interactions">interactions</a>.`}</p></div>
<form method="post">${fields}<button name="do" value="cancel" class="plain">Cancel the request</button></form>`;
}
