// /interactions: what waits for this person, and what waits for a word of theirs about calls of others.
import type { Clock } from '../../../base/clock.ts';
import type { Interaction, InteractionsSeen } from '../../../interactions/find-interactions.ts';
import { messageOf, pathOf } from '../../../interactions/interaction-row.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';

export function listBody({ mine, to_decide }: InteractionsSeen, { decides, clock }: ListView): Html {
  return html`<h2 id="mine">Waiting for you</h2>
${mine.length === 0 ? html`<p>Nothing waits for you.</p>` : table('mine', mine, clock)}
${
  decides &&
  html`<h2 id="others">Calls of others that wait for a decision</h2>
${to_decide.length === 0 ? html`<p>No call waits for a decision.</p>` : table('others', to_decide, clock)}`
}`;
}

interface ListView {
  /** Whether the viewer may decide about calls of others. */
  readonly decides: boolean;
  readonly clock: Clock;
}

function table(labelled_by: string, interactions: readonly Interaction[], clock: Clock): Html {
  return html`<div class="table" role="region" aria-labelledby="${labelled_by}" tabindex="0">
<table aria-labelledby="${labelled_by}">
<thead><tr><th scope="col">What</th><th scope="col">For</th><th scope="col">Time left</th></tr></thead>
<tbody>
${interactions.map(
  (one) => html`<tr><td><a href="${pathOf(one.id)}">${messageOf(one.tool, one.details)}</a></td>
<td>${one.user_name}</td><td>${timeLeft(one, clock)}</td></tr>
`,
)}</tbody>
</table></div>`;
}

export function timeLeft({ expires_at }: Interaction, clock: Clock): string {
  const minutes = Math.ceil((expires_at.getTime() - clock.now()) / 60_000);
  if (minutes > 120) return `${Math.round(minutes / 60)} hours`;
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
