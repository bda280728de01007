// The pages behind the links of paused calls. They show themselves to the person the interaction was made for, or who may
// decide it, and to nobody else; whoever follows another person's link finds what an invented one leads to (A01, A11).
import { ToolcribError } from '../../../base/errors.ts';
import { cancelInteraction, decideInteraction } from '../../../interactions/answer-interaction.ts';
import { connectAccount } from '../../../interactions/connect-account.ts';
import { chooseAccount } from '../../../interactions/choose-account.ts';
import { answerInput, refuseInput } from '../../../interactions/input/answer-input.ts';
import { findInteraction, listInteractions } from '../../../interactions/find-interactions.ts';
import type { Interaction } from '../../../interactions/find-interactions.ts';
import { pathOf } from '../../../interactions/interaction-row.ts';
import type { Exchange, Route } from '../../route.ts';
import { requireBrowser, requireOwnForm, signedIn } from '../browser.ts';
import type { Browser } from '../browser.ts';
import { sendErrorPage } from '../error-page.ts';
import { readForm } from '../form.ts';
import { redirect, sendPage } from '../page.ts';
import { readAccount, waysOf } from './connect-form.ts';
import { answersIn } from './input-part.ts';
import type { InteractionPageDeps } from './interaction-deps.ts';
import { listBody } from './list-page.ts';
import { returnAddress } from './return-link.ts';
import { showInteraction } from './show-interaction.ts';

type Handle = (deps: InteractionPageDeps, exchange: Exchange, browser: Browser) => Promise<void>;

export function interactionRoutes(deps: InteractionPageDeps): readonly Route[] {
  const route = (method: Route['method'], path: string, handle: Handle): Route => ({
    method,
    path,
    error: sendErrorPage,
    handle: async (exchange) => {
      const browser = await requireBrowser(deps.identify, exchange);
      if (browser !== undefined) await handle(deps, exchange, browser);
    },
  });
  return [
    route('GET', '/interactions', showList),
    route('GET', '/interactions/{id}', showOne),
    route('POST', '/interactions/{id}', answer),
  ];
}

async function showList(deps: InteractionPageDeps, exchange: Exchange, browser: Browser): Promise<void> {
  const { principal } = browser;
  const seen = await listInteractions(deps, principal);
  sendPage(exchange, {
    title: 'Interactions',
    signed_in: signedIn(browser),
    body: listBody(seen, { decides: principal.permissions.has('approvals.decide'), clock: deps.clock }),
  });
}

async function showOne(deps: InteractionPageDeps, exchange: Exchange, browser: Browser): Promise<void> {
  const interaction = await findInteraction(deps, browser.principal, exchange.params['id'] ?? '');
  const return_to = new URLSearchParams(exchange.query).get('return_to');
  await showInteraction(deps, exchange, { browser, interaction, return_to });
}

/** Every answer of a person. Then the page is shown again with a GET, so that nothing is sent twice. */
async function answer(deps: InteractionPageDeps, exchange: Exchange, browser: Browser): Promise<void> {
  const form = await readForm(exchange);
  requireOwnForm(browser, exchange, form);
  const interaction = await findInteraction(deps, browser.principal, exchange.params['id'] ?? '');
  const return_to = form.get('return_to');
  let location: string | undefined;
  try {
    location = await act(deps, browser, { interaction, form });
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError) || !shownInPlace.has(thrown.code)) throw thrown;
    return showInteraction(deps, exchange, { browser, interaction, return_to, error: thrown, form });
  }
  if (location !== undefined) return redirect(exchange, location);
  deps.waiter.wake(browser.principal.tenant_id, interaction.id);
  const checked = returnAddress(deps, exchange, return_to);
  const query = checked === undefined ? '' : `?return_to=${encodeURIComponent(checked)}`;
  redirect(exchange, `${pathOf(interaction.id)}${query}`);
}

/** What the person can mend or should see beside the page. */
const shownInPlace: ReadonlySet<string> = new Set(['body_invalid', 'conflict', 'forbidden']);

interface Answer {
  readonly interaction: Interaction;
  readonly form: URLSearchParams;
}

/** Where the browser goes then, when not back to the page. */
async function act(
  deps: InteractionPageDeps,
  { principal }: Browser,
  { interaction, form }: Answer,
): Promise<string | undefined> {
  const { id } = interaction;
  switch (form.get('do')) {
    case 'yes':
      return void (await decideInteraction(deps, principal, { id, decision: 'yes' }));
    case 'no':
      return void (await decideInteraction(deps, principal, { id, decision: 'no' }));
    case 'cancel':
      return void (await cancelInteraction(deps, principal, id));
    case 'answer':
      return void (await answerInput(deps, principal, { interaction, textOf: answersIn(form) }));
    case 'refuse':
      return void (await refuseInput(deps, principal, interaction));
    case 'start':
      return (await deps.handOffs.start(principal, id)).location;
    case 'choose':
      await chooseAccount(deps, principal, {
        interaction,
        credential_id: form.get('credential') ?? '',
        catalogue: await deps.catalogueOf(principal),
      });
      deps.forgetIdentities();
      return undefined;
    case 'connect': {
      const account = readAccount(waysOf(interaction, deps.providers, []), form);
      if (account === undefined) break;
      await connectAccount(deps, principal, { interaction, account });
      deps.forgetIdentities();
      return undefined;
    }
    default:
  }
  throw new ToolcribError('body_invalid', { params: { problem: 'it does not say what to do' } });
}
