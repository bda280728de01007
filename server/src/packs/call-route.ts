// A settings endpoint of a pack: found by method and path, run with the settings of the tenant, answered as JSON. Only for
// members of a tenant that has the pack; what it throws is told like the errors of a tool.
import type { JsonValue, RouteContext } from '@toolcrib/client';
import type { Caller } from '../base/caller.ts';
import { ToolcribError } from '../base/errors.ts';
import { guardedFetch } from '../base/guarded-fetch.ts';
import type { HttpClient } from '../base/http-client.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { withoutSecrets } from '../base/without-secrets.ts';
import type { CallSettings } from './call-settings.ts';
import { openPartly } from './call-settings.ts';
import type { Pack, PackRoute } from './pack.ts';
import { isEnabled } from './pack-settings.ts';
import type { Packs } from './packs.ts';
import { toPublicError } from './run-tool.ts';
import { toJson } from './to-result.ts';

export interface FoundRoute {
  readonly pack: Pack;
  readonly route: PackRoute;
  readonly params: Readonly<Record<string, string>>;
}

/** Literal parts win over `{name}` parts. Undefined when the tenant has no such pack, or the pack no such endpoint. */
export async function findRoute(
  packs: Packs,
  tenant_id: string,
  { code, method, parts }: { readonly code: string; readonly method: string; readonly parts: readonly string[] },
): Promise<FoundRoute | undefined> {
  const pack = packs.live.find(code);
  if (pack === undefined || pack.routes.length === 0) return undefined;
  if (!isEnabled(pack, await packs.reader.rowsNow(tenant_id))) return undefined;
  const found = pack.routes.flatMap((route) => {
    const params = route.method === method ? match(route.path.split('/').slice(1), parts) : undefined;
    return params === undefined ? [] : [{ pack, route, params }];
  });
  return found.toSorted((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)[0];
}

function match(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const given = parts[index] ?? '';
    const name = /^\{(.*)\}$/.exec(wanted)?.[1];
    if (name === undefined && wanted !== given) return undefined;
    if (name !== undefined) params[name] = given;
  }
  return params;
}

export interface RouteCall {
  readonly found: FoundRoute;
  readonly caller: Caller;
  readonly query: Readonly<Record<string, string>>;
  readonly body: JsonValue | undefined;
  readonly http: HttpClient;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What is answered. Throws `pack_not_configured`, `tool_refused`, `tool_busy`, `tool_failed`, `result_invalid`. */
export async function callRoute(packs: Packs, call: RouteCall): Promise<JsonValue> {
  const { found, caller, query, body, signal } = call;
  const { pack, route, params } = found;
  const { tenant_id, workspace_id } = caller;
  const rows = await packs.reader.rowsNow(tenant_id);
  const settings = packs.reader.resolve(pack, rows, workspace_id);
  // A settings endpoint may be what helps to fill in what is missing.
  const opened = await openPartly(packs, tenant_id, settings);
  try {
    const returned: unknown = await route.handler({ params, query, body }, contextOf(call, opened));
    signal.throwIfAborted();
    const { value, faults } = toJson(returned);
    if (faults.length > 0) throw new ToolcribError('result_invalid', { faults });
    return withoutSecrets(value, opened.secrets);
  } catch (thrown) {
    throw toPublicError(thrown, { name: `${pack.code}${route.path}`, secrets: opened.secrets, signal });
  }
}

function contextOf(
  { caller, http, log, signal, found }: RouteCall,
  { config, connection, secrets }: CallSettings,
): RouteContext {
  const send = guardedFetch(http, { timeout_ms: limits.call_timeout_ms });
  return {
    tenant: { id: caller.tenant_id, slug: caller.tenant_slug },
    user: { id: caller.user_id, name: caller.user_name, email: caller.user_email },
    ...{ config, connection, signal },
    fetch: (url, options = {}) => send(url, { ...options, signal: options.signal ?? signal }),
    log: (...given: readonly unknown[]) => {
      const said = withoutSecrets(JSON.stringify(given), secrets);
      log.info('pack-route-says', { code: found.pack.code, path: found.route.path, said });
    },
  };
}
