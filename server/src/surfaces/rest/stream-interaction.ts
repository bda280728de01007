// GET /v1/interactions/{id}/events: the same as getInteraction, as a stream of server-sent events until it has ended, or until
// its reader may not see it any more.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { findInteraction } from '../../interactions/find-interactions.ts';
import type { Interaction } from '../../interactions/find-interactions.ts';
import { requirePermission } from '../../invoke/find.ts';
import { TextStream } from '../http.ts';
import type { Exchange } from '../route.ts';
import { authorizationOf } from '../web/browser.ts';
import { interactionOnWire } from './list-interactions.ts';
import type { Operation, RestDeps } from './operation.ts';

export const streamInteraction: Operation<unknown, unknown, string> = {
  id: 'streamInteraction',
  method: 'GET',
  path: '/v1/interactions/{id}/events',
  summary: 'Follow how an interaction stands, as server-sent events, until it has ended',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'change' },
  params: { id: 'Id of the interaction' },
  output: z.string().describe('Events `status`, each with an Interaction as data; the last one is not pending'),
  media_type: 'text/event-stream',
  errors: ['not_found', 'rate_limited', 'call_cancelled'],
  handle: async ({ principal, params, exchange }, deps) => {
    const id = params['id'] ?? '';
    // Nothing of another person's is told, not even that there are too many streams.
    const first = await findInteraction(deps, principal, id);
    const { response } = exchange;
    // Whoever has gone meanwhile would not be heard going.
    if (response.destroyed) throw new ToolcribError('call_cancelled');
    const { tenant_id } = principal;
    const leave = enter(deps, tenant_id);
    response.setHeader('x-accel-buffering', 'no');
    // Also when nothing of the stream was ever read.
    response.once('close', leave);
    return new TextStream('text/event-stream', follow(deps, { tenant_id, exchange, id: first.id }));
  },
};

interface Followed {
  readonly tenant_id: string;
  readonly exchange: Exchange;
  readonly id: string;
}

/** Ends when the interaction does, when the reader has gone, and when the server stops: then it is asked for anew. */
async function* follow(deps: RestDeps, { tenant_id, exchange, id }: Followed): AsyncGenerator<string> {
  const { response } = exchange;
  let stopWaiting = (): void => undefined;
  response.once('close', () => stopWaiting());
  let told = '';
  let is_at_once = false;
  for (;;) {
    const found = await seen(deps, exchange, { id, tenant_id });
    if (found === undefined) return;
    const text = JSON.stringify(interactionOnWire(deps, exchange, found));
    // Without a place to wait, nothing is waited for: then it is looked at as often as those who wait are.
    if (is_at_once && text === told) await pause(limits.interaction_poll_ms);
    // A line without a field keeps the connection open (HTML, "Server-sent events"). JSON text has no line ends.
    yield text === told ? ': waiting\n\n' : `event: status\ndata: ${text}\n\n`;
    told = text;
    if (found.status !== 'pending' || deps.waiter.closed || response.destroyed) return;
    const began = deps.clock.monotonic();
    const on_gone = (listener: () => void): void => void (stopWaiting = listener);
    await deps.waiter.wait({ tenant_id, id, wait_ms: limits.interaction_heartbeat_ms, on_gone });
    is_at_once = deps.clock.monotonic() - began < limits.interaction_poll_ms;
    if (response.destroyed) return;
  }
}

/** As its reader may see it now; undefined when they may not any more: a key is revoked, a session ends, a member goes. */
async function seen(
  deps: RestDeps,
  exchange: Exchange,
  { id, tenant_id }: { readonly id: string; readonly tenant_id: string },
): Promise<Interaction | undefined> {
  try {
    const principal = await deps.identify(authorizationOf(exchange));
    requirePermission(principal, 'tools.use');
    return principal.tenant_id === tenant_id ? await findInteraction(deps, principal, id) : undefined;
  } catch (thrown) {
    if (thrown instanceof ToolcribError && over.has(thrown.code)) return undefined;
    throw thrown;
  }
}

const over: ReadonlySet<string> = new Set(['unauthenticated', 'forbidden', 'not_found']);

/** Open streams by tenant, of one server. */
const streams = new WeakMap<RestDeps['waiter'], Map<string, number>>();

/** Throws `rate_limited`; gives what ends the place. */
function enter({ waiter }: RestDeps, tenant_id: string): () => void {
  const open = streams.get(waiter) ?? new Map<string, number>();
  streams.set(waiter, open);
  const before = open.get(tenant_id) ?? 0;
  if (before >= limits.interaction_streams) {
    const params = { what: 'streams of interactions are open at once', retry_after_s: 5 };
    throw new ToolcribError('rate_limited', { params, retry_after_s: 5 });
  }
  open.set(tenant_id, before + 1);
  return () => {
    const left = (open.get(tenant_id) ?? 1) - 1;
    if (left > 0) open.set(tenant_id, left);
    else open.delete(tenant_id);
  };
}
