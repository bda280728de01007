// The page of one interaction: what is asked, and how it stands. The parts that ask are in the files beside this one.
import { listClients } from '../../../credentials/oauth/clients.ts';
import type { ToolcribError } from '../../../base/errors.ts';
import { listCandidates } from '../../../interactions/choose-account.ts';
import type { Interaction } from '../../../interactions/find-interactions.ts';
import { messageOf, sealedAt } from '../../../interactions/interaction-row.ts';
import { peopleOf } from '../../../interactions/people.ts';
import type { PeopleOf } from '../../../interactions/people.ts';
import type { Exchange } from '../../route.ts';
import { signedIn } from '../browser.ts';
import type { Browser } from '../browser.ts';
import { errorBox } from '../error-page.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { sendPage } from '../page.ts';
import { approvePart } from './approve-part.ts';
import { choosePart } from './choose-part.ts';
import { connectPart } from './connect-part.ts';
import { handOffPart } from './handoff-part.ts';
import { answersBox, inputPart } from './input-part.ts';
import type { InteractionPageDeps } from './interaction-deps.ts';
import { timeLeft } from './list-page.ts';
import { returnAddress, returnLink } from './return-link.ts';

export interface Shown {
  readonly browser: Browser;
  readonly interaction: Interaction;
  /** As it came, unchecked. */
  readonly return_to: string | null;
  /** What went wrong with the answer just given, and the answer. */
  readonly error?: ToolcribError;
  readonly form?: URLSearchParams;
}

export async function showInteraction(deps: InteractionPageDeps, exchange: Exchange, shown: Shown): Promise<void> {
  const { browser, interaction, error } = shown;
  const address = returnAddress(deps, exchange, shown.return_to);
  const fields = html`<input type="hidden" name="csrf" value="${browser.csrf}">
${address !== undefined && html`<input type="hidden" name="return_to" value="${address}">`}`;
  const people = await peopleOf(deps, browser.principal, interaction);
  const part = await partOf(deps, shown, { fields, people, return_to: address });
  sendPage(exchange, {
    title: titles[interaction.kind],
    signed_in: signedIn(browser),
    status: error?.status ?? 200,
    ...(interaction.details.kind === 'handoff' ? { form_targets: targetsOf(interaction.details) } : {}),
    body: html`${error && boxOf(interaction, error)}
${statusBox(deps, interaction, people)}
${interaction.status !== 'pending' && returnLink(address)}
${part}
<p><a href="/interactions">All interactions</a></p>`,
  });
}

const titles = {
  connect: 'Connect an account',
  choose: 'Choose an account',
  approve: 'May this call run?',
  input: 'A question for you',
  handoff: 'Work in another application',
} as const satisfies Record<Interaction['kind'], string>;

function boxOf({ kind }: Interaction, error: ToolcribError): Html {
  return kind === 'input' && error.code === 'body_invalid' && error.faults.length > 0
    ? answersBox(error)
    : errorBox(error);
}

/** The browser also counts where the other application sends it next, which may be another server of its own. */
function targetsOf({ host }: { readonly host: string }): readonly string[] {
  return [host, 'https:'];
}

async function partOf(
  deps: InteractionPageDeps,
  { browser, interaction, error, form }: Shown,
  {
    fields,
    people,
    return_to,
  }: { readonly fields: Html; readonly people: PeopleOf; readonly return_to: string | undefined },
): Promise<Html> {
  const { principal } = browser;
  switch (interaction.kind) {
    case 'connect':
      return connectPart({
        ...{ interaction, principal, providers: deps.providers, fields, error, form, return_to },
        clients: await listClients(deps, { ...principal, and_of_tenant: true }),
      });
    case 'choose':
      return choosePart({ interaction, fields, candidates: await listCandidates(deps, principal, interaction) });
    case 'approve': {
      const { sealed, id } = interaction;
      const vault = await deps.vault.of(principal.tenant_id);
      const shown_arguments = sealed === null ? undefined : vault.open(sealedAt(id), sealed);
      return approvePart({ interaction, fields, people, shown_arguments });
    }
    case 'input':
      return inputPart({ interaction, fields, error, form });
    case 'handoff':
      return handOffPart({ interaction, fields, hand_off: await deps.handOffs.view(principal, interaction.id) });
  }
}

/** How it stands, in words. */
function statusBox({ clock }: InteractionPageDeps, interaction: Interaction, { resolved_by }: PeopleOf): Html {
  const { status, kind, tool, details } = interaction;
  const by = kind === 'approve' && resolved_by !== undefined ? ` by ${resolved_by}` : '';
  const box = (text: string, more: string): Html =>
    html`<div class="notice" role="status"><p><strong>${text}</strong> ${more}</p></div>`;
  if (kind === 'input' && status === 'denied') {
    return box('Not answered.', 'The tool is told so. You can close this page.');
  }
  switch (status) {
    case 'pending':
      return html`<p>${messageOf(tool, details)} Time left: ${timeLeft(interaction, clock)}.</p>`;
    case 'done':
      return box(kind === 'approve' ? `Approved${by}.` : 'Done.', goBack(interaction));
    case 'denied':
      return box(`Refused${by}.`, 'The call does not run. You can close this page.');
    case 'cancelled':
      return box('Cancelled.', 'The call does not run. You can close this page.');
    case 'expired':
      return box('The time is over.', 'Go back and repeat the call; then it asks again.');
  }
}

function goBack({ used, kind, details }: Interaction): string {
  if (kind === 'handoff') return 'Thank you. What you have done has arrived; you can close this page.';
  if (kind === 'input') return 'Thank you. Your answer waits for the call; you can close this page.';
  if (used) return 'The call has run.';
  return kind === 'approve' && details.kind === 'approve' && details.four_eyes
    ? 'Whoever has made the call can repeat it now; you can close this page.'
    : 'You can go back; the call can be repeated now.';
}
