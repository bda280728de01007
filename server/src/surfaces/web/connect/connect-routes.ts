// The addresses of a connection: our page that asks, its form that sends to the provider, and where the provider sends back.
import { ToolcribError } from '../../../base/errors.ts';
import { finishFlow, startFlow } from '../../../credentials/oauth/flow.ts';
import { prepareConnection } from '../../../credentials/oauth/wanted-connection.ts';
import type { Principal } from '../../../identity/principal.ts';
import { requirePermission } from '../../../invoke/find.ts';
import type { Exchange, Route } from '../../route.ts';
import { browserOf, requireBrowser, requireOwnForm } from '../browser.ts';
import type { Browser } from '../browser.ts';
import { sendErrorPage } from '../error-page.ts';
import { readForm } from '../form.ts';
import { redirect } from '../page.ts';
import { sendConnectPage, sendFailedPage, sendGoingPage } from './connect-page.ts';
import { connectQuery, originOf, readConnectRequest, returnOf } from './connect-request.ts';
import type { ConnectDeps, ConnectRequest } from './connect-request.ts';

export function connectRoutes(deps: ConnectDeps): readonly Route[] {
  const error = sendErrorPage;
  return [
    { method: 'GET', path: '/connect/{provider}', error, handle: (exchange) => showForm(deps, exchange) },
    { method: 'POST', path: '/connect/{provider}', error, handle: (exchange) => sendToProvider(deps, exchange) },
    { method: 'GET', path: '/oauth/callback/{client}', error, handle: (exchange) => takeAnswer(deps, exchange) },
  ];
}

async function showForm(deps: ConnectDeps, exchange: Exchange): Promise<void> {
  const browser = await requireBrowser(deps.identify, exchange);
  if (browser === undefined) return;
  const request = readConnectRequest(providerOf(deps, exchange), new URLSearchParams(exchange.query));
  await showConnect(deps, exchange, { browser, request });
}

async function showConnect(
  deps: ConnectDeps,
  exchange: Exchange,
  { browser, request }: { readonly browser: Browser; readonly request: ConnectRequest },
): Promise<void> {
  requireConnect(browser.principal);
  const return_to = returnFor(deps, exchange, request);
  const prepared = await prepareConnection(deps.oauth, browser.principal, request);
  sendConnectPage(exchange, { browser, request, prepared, return_to });
}

async function sendToProvider(deps: ConnectDeps, exchange: Exchange): Promise<void> {
  const provider = providerOf(deps, exchange);
  const form = await readForm(exchange);
  const request = readConnectRequest(provider, form);
  const { provider: _in_path, ...rest } = request;
  const browser = await requireBrowser(deps.identify, exchange, `/connect/${provider}${connectQuery(rest)}`);
  if (browser === undefined) return;
  requireOwnForm(browser, exchange, form);
  requireConnect(browser.principal);
  const return_to = returnFor(deps, exchange, request);
  const title = titleOf(deps, provider);
  try {
    const origin = originOf(deps.addresses, exchange.request.headers.host);
    const url = await startFlow(deps.oauth, browser.principal, { ...request, origin, return_to });
    sendGoingPage(exchange, { browser, title, url });
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError) || !tellable.has(thrown.code)) throw thrown;
    sendFailedPage(exchange, { browser, error: thrown, provider, title, return_to });
  }
}

/** What a person can do something about, with the way back. */
const tellable: ReadonlySet<string> = new Set([
  'body_invalid',
  'conflict',
  'rate_limited',
  'provider_failed',
  'address_refused',
]);

async function takeAnswer(deps: ConnectDeps, exchange: Exchange): Promise<void> {
  // Nobody is sent to sign in from here: a new session is not the one that began.
  const browser = await browserOf(deps.identify, exchange);
  if (browser === undefined) throw new ToolcribError('unauthenticated');
  const query = new URLSearchParams(exchange.query);
  const { client: callback = '' } = exchange.params;
  const end = await finishFlow(deps.oauth, browser.principal, { callback, query });
  if (end.kind === 'connected') return redirect(exchange, end.return_to);
  const { error, provider, return_to } = end;
  sendFailedPage(exchange, { browser, error, provider, title: titleOf(deps, provider), return_to });
}

function requireConnect(principal: Principal): void {
  requirePermission(principal, 'credentials.write');
}

/** Throws `not_found`: a page that is not there, unlike a body that names none. */
function providerOf({ oauth }: ConnectDeps, { params }: Exchange): string {
  const { provider = '' } = params;
  if (oauth.providers.get(provider)?.oauth === undefined) throw new ToolcribError('not_found');
  return provider;
}

function titleOf({ oauth }: ConnectDeps, provider: string): string {
  return oauth.providers.get(provider)?.title ?? provider;
}

function returnFor({ addresses, return_urls }: ConnectDeps, { request }: Exchange, wanted: ConnectRequest): string {
  return returnOf(wanted, { own_origin: originOf(addresses, request.headers.host), return_urls });
}
