// The settings endpoints of packs, below `/packs/{code}/`: the same ways in and the same proof of one's own page as for every
// operation, a permission for each, and never public.
import { ToolcribError } from '../../base/errors.ts';
import type { JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import type { TenantHttp } from '../../base/tenant-http.ts';
import type { IdentityDeps } from '../../identity/api-keys.ts';
import { actorOf } from '../../identity/principal.ts';
import type { Identify } from '../../identity/principal.ts';
import { requirePermission } from '../../invoke/find.ts';
import { callRoute, findRoute } from '../../packs/call-route.ts';
import type { Packs } from '../../packs/packs.ts';
import { recordRouteCall } from '../../packs/setting-store.ts';
import { readJson, sendJson } from '../http.ts';
import type { Exchange, Route } from '../route.ts';
import { authorizationOf } from '../web/browser.ts';

export interface PackRouteDeps extends IdentityDeps {
  readonly packs: Packs;
  readonly identify: Identify;
  readonly tenant_http: TenantHttp;
  readonly log: Log;
}

const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;
/** As many parts as the path of an endpoint can have. */
const places = ['one', 'two', 'three', 'four', 'five'];

export function packRoutes(deps: PackRouteDeps): readonly Route[] {
  const calls = new Calls();
  const paths = places.map(
    (_, index) =>
      `/packs/{code}/${places
        .slice(0, index + 1)
        .map((name) => `{${name}}`)
        .join('/')}`,
  );
  return methods.flatMap((method) =>
    paths.map((path): Route => ({ method, path, handle: (exchange) => serve(exchange, { deps, method, calls }) })),
  );
}

interface Serving {
  readonly deps: PackRouteDeps;
  readonly method: string;
  readonly calls: Calls;
}

async function serve(exchange: Exchange, { deps, method, calls }: Serving): Promise<void> {
  const principal = await deps.identify(authorizationOf(exchange));
  // Whoever may not read packs learns of none.
  requirePermission(principal, 'packs.read');
  const { code = '', ...named } = exchange.params;
  const parts = places.flatMap((name) => named[name] ?? []);
  const found = await findRoute(deps.packs, principal.tenant_id, { code, method, parts });
  if (found === undefined) throw new ToolcribError('not_found');
  requirePermission(principal, found.route.permission);
  const body = (await readJson(exchange)) as JsonValue | undefined;
  const query = Object.fromEntries(new URLSearchParams(exchange.query));
  const { tenant_id, caller } = principal;
  const gone = new AbortController();
  exchange.response.once('close', () => gone.abort(new ToolcribError('call_cancelled')));
  const late = AbortSignal.timeout(limits.call_timeout_ms);
  const signal = AbortSignal.any([gone.signal, late]);
  const answer = await calls.within(tenant_id, async () => {
    const called = callRoute(deps.packs, {
      ...{ found, caller, query, body, signal, log: deps.log, http: deps.tenant_http.of(tenant_id) },
    });
    const value = await endingWith(called, signal, late);
    if (method !== 'GET') await recordRouteCall(deps, actorOf(principal), { tenant_id, code });
    return value;
  });
  sendJson(exchange, 200, answer);
}

/** A handler that does not heed its signal cannot hold the answer back. */
async function endingWith<T>(work: Promise<T>, signal: AbortSignal, late: AbortSignal): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (): void => {
    const timeout = new ToolcribError('call_timed_out', { params: { timeout_ms: limits.call_timeout_ms } });
    reject(late.aborted ? timeout : signal.reason);
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work, ended]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** Calls of settings endpoints under way, by tenant. */
class Calls {
  readonly #running = new Map<string, number>();

  /** Throws `calls_limited`. */
  async within<T>(tenant_id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#running.get(tenant_id) ?? 0;
    if (before >= limits.pack_route_calls)
      throw new ToolcribError('calls_limited', {
        params: { scope: 'this tenant', retry_after_s: 1 },
        retry_after_s: 1,
      });
    this.#running.set(tenant_id, before + 1);
    try {
      return await work();
    } finally {
      const now = this.#running.get(tenant_id) ?? 1;
      if (now > 1) this.#running.set(tenant_id, now - 1);
      else this.#running.delete(tenant_id);
    }
  }
}
