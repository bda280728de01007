// The addresses of the hand-off protocol (handoff.md §1), as the original has them: without a tenant for the default one,
// and below /t/{tenant}. With and without the slash at the end.
import type { Exchange, Route } from '../route.ts';
import { sendErrorPage } from '../web/error-page.ts';
import { sendDiscovery } from './discovery.ts';
import { fetchToken } from './fetch-token.ts';
import type { HandOffRouteDeps } from './handoff-deps.ts';
import { prefixOf, tenantPrefix } from './protocol-tenant.ts';
import { announceResult, pushResult } from './receive-result.ts';
import { goToTool, showStart } from './start-tool.ts';

type Handle = (deps: HandOffRouteDeps, exchange: Exchange) => void | Promise<void>;

export function handoffRoutes(deps: HandOffRouteDeps): readonly Route[] {
  const route = (method: Route['method'], path: string, handle: Handle): readonly Route[] =>
    ['', tenantPrefix].flatMap((prefix) =>
      [path, path.replace(/\/$/, '')].map((one): Route => ({
        method,
        path: `${prefix}${one}`,
        error: sendErrorPage,
        handle: (exchange) => handle(deps, exchange),
      })),
    );
  return [
    ...route('GET', '/.api/toolcall/v2/', ({ addresses }, exchange) =>
      sendDiscovery(addresses, exchange, prefixOf(exchange)),
    ),
    ...route('GET', '/fetch-token/', fetchToken),
    ...route('GET', '/result/', announceResult),
    ...route('POST', '/result/', pushResult),
    ...route('GET', '/tooluser/tools/{slug}/', goToTool),
    ...route('GET', '/tooluser/start-tool/{slug}/', showStart),
  ];
}
