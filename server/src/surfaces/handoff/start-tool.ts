// GET /tooluser/tools/{slug}/: a person begins the work of a tool by themselves, as people do without any program. It is a
// call of theirs like every other one, through the corridor; then their browser goes to the client.
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Tool } from '../../catalog/tool.ts';
import { listInteractions } from '../../interactions/find-interactions.ts';
import { pathOf } from '../../interactions/interaction-row.ts';
import type { Exchange } from '../route.ts';
import { authorizationOf, browserOf, signedIn } from '../web/browser.ts';
import type { Browser } from '../web/browser.ts';
import { html } from '../web/html.ts';
import { sendPage } from '../web/page.ts';
import type { HandOffRouteDeps } from './handoff-deps.ts';
import { prefixOf } from './protocol-tenant.ts';

/** Goes straight on to the client. */
export async function goToTool(deps: HandOffRouteDeps, exchange: Exchange): Promise<void> {
  const browser = await requireSignedIn(deps, exchange);
  if (browser === undefined) return;
  const tool = await toolOf(deps, exchange, browser);
  // A page elsewhere may lead a person here, but neither tell the client who they are nor throw away what they have begun
  // without a click of theirs; one on a neighbouring name is elsewhere.
  const site = exchange.request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return found(exchange, `${prefixOf(exchange)}/tooluser/start-tool/${tool.hand_off?.slug ?? ''}/`);
  }
  const pending = await pendingOf(deps, browser, tool);
  if (pending !== undefined) {
    return found(exchange, (await deps.handOffs.start(browser.principal, pending)).location);
  }
  const interaction = await callFor(deps, exchange, tool);
  if (interaction.kind !== 'handoff') return found(exchange, pathOf(interaction.id));
  return found(exchange, (await deps.handOffs.startDirectly(browser.principal, interaction.id)).location);
}

/** Says what would begin, with a link that begins it. */
export async function showStart(deps: HandOffRouteDeps, exchange: Exchange): Promise<void> {
  const browser = await requireSignedIn(deps, exchange);
  if (browser === undefined) return;
  const tool = await toolOf(deps, exchange, browser);
  const { slug = '', client, settings } = tool.hand_off ?? {};
  sendPage(exchange, {
    title: tool.title ?? tool.name,
    signed_in: signedIn(browser),
    body: html`<p>${tool.description}</p>
<dl><dt>Tool</dt><dd><code>${slug}</code></dd><dt>Application</dt><dd>${client}</dd>
<dt>It is at</dt><dd><strong>${settings && new URL(settings.start_url).host}</strong></dd></dl>
<p><a class="button" href="${prefixOf(exchange)}/tooluser/tools/${slug}/">start tool</a></p>`,
  });
}

/** As the original answers: 302, to the sign-in page with `next` when nobody is signed in. */
async function requireSignedIn(deps: HandOffRouteDeps, exchange: Exchange): Promise<Browser | undefined> {
  const browser = await browserOf(deps.identify, exchange);
  if (browser === undefined) found(exchange, `/sign-in?next=${encodeURIComponent(exchange.request.url ?? '/')}`);
  return browser;
}

/** Throws `not_found`. Nobody starts the tools of a tenant in whose name they are not signed in. */
async function toolOf(deps: HandOffRouteDeps, { params }: Exchange, { principal }: Browser): Promise<Tool> {
  const { tenant, slug } = params;
  if (tenant !== undefined && tenant !== principal.caller.tenant_slug) throw new ToolcribError('not_found');
  const catalogue = await deps.catalogueOf(principal);
  const tool = catalogue.visibleTools(principal.tenant_id).find(({ hand_off }) => hand_off?.slug === slug);
  if (tool === undefined) throw new ToolcribError('not_found');
  return tool;
}

/** What waits for this person already, the newest. */
async function pendingOf(deps: HandOffRouteDeps, { principal }: Browser, { name }: Tool): Promise<string | undefined> {
  const { mine } = await listInteractions(deps, principal);
  return mine.findLast(({ kind, tool }) => kind === 'handoff' && tool === name)?.id;
}

/** What the call waits for. A result or an end of an earlier one, which nobody has asked for since, is passed over. */
async function callFor(deps: HandOffRouteDeps, exchange: Exchange, { name }: Tool) {
  for (let call = 0; call < limits.handoff_start_calls; call += 1) {
    const outcome = await deps.corridor.call({
      surface: 'handoff',
      authorization: authorizationOf(exchange),
      host: exchange.request.headers.host,
      tool: name,
      args: {},
    });
    if (outcome.kind === 'result') continue;
    const { interaction, code } = outcome.error;
    if (interaction !== undefined) return interaction;
    if (code !== 'handoff_ended') throw outcome.error;
  }
  throw new ToolcribError('conflict', { params: { problem: 'The tool gives results without being started' } });
}

/** The address must have been checked. */
function found({ response }: Exchange, location: string): void {
  response.writeHead(302, {
    location,
    'content-length': 0,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  });
  response.end();
}
