// The part of the page that asks which of several accounts a tool uses; one's own first.
import type { Interaction } from '../../../interactions/find-interactions.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';

export interface Choosable {
  readonly id: string;
  readonly name: string;
  readonly system: string;
  readonly scope: 'private' | 'shared';
  readonly account: string | null;
}

export interface ChooseView {
  readonly interaction: Interaction;
  /** In the order in which they are shown. */
  readonly candidates: readonly Choosable[];
  /** The start of every form: its hidden fields. */
  readonly fields: Html;
}

export function choosePart({ interaction, candidates, fields }: ChooseView): Html {
  if (interaction.status !== 'pending') return html``;
  if (candidates.length === 0) {
    return html`<p>None of the accounts is left. Go back and repeat the call: it then says what is needed.</p>`;
  }
  return html`<p>Several accounts fit the tool <code>${interaction.tool}</code>. Your choice is remembered for this tool.</p>
<form method="post">${fields}
<fieldset><legend>Which account does it use?</legend>
${candidates.map(
  (
    one,
    index,
  ) => html`<label><input type="radio" name="credential" value="${one.id}" required${index === 0 && html` checked`}>
<span>${one.name} <span class="quiet">${describe(one)}</span></span></label>
`,
)}</fieldset>
<button name="do" value="choose">Use this account</button>
</form>`;
}

function describe({ system, account, scope }: Choosable): string {
  const owner = scope === 'private' ? 'yours alone' : 'shared with everybody';
  return [system, account, owner].filter((part) => part !== null).join(', ');
}
