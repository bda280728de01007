// GET /v1/interactions/{id}/events: the same as getInteraction, as a stream of server-sent events until it has ended.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { findInteraction } from '../../interactions/find-interactions.ts';
import type { Principal } from '../../identity/principal.ts';
import { TextStream, goneListeners } from '../http.ts';
import type { Exchange } from '../route.ts';
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
  errors: ['not_found', 'rate_limited'],
  handle: async ({ principal, params, exchange }, deps) => {
    const id = params['id'] ?? '';
    // Nothing of another person's is told, not even that there are too many streams.
    const first = await findInteraction(deps, principal, id);
    const leave = enter(deps, principal.tenant_id);
    const { response } = exchange;
    response.setHeader('x-accel-buffering', 'no');
    // Also when nothing of the stream was ever read.
    response.once('close', leave);
    return new TextStream('text/event-stream', follow(deps, { principal, exchange, id: first.id }));
  },
};

interface Followed {
  readonly principal: Principal;
  readonly exchange: Exchange;
  readonly id: string;
}

/** Ends when the interaction does, when the reader has gone, and when the server stops: then it is asked for anew. */
async function* follow(deps: RestDeps, { principal, exchange, id }: Followed): AsyncGenerator<string> {
  const on_gone = goneListeners(exchange);
  let told = '';
  for (;;) {
    const found = await findInteraction(deps, principal, id);
    const text = JSON.stringify(interactionOnWire(deps, exchange, found));
    // A line without a field keeps the connection open (HTML, "Server-sent events"). JSON text has no line ends.
    yield text === told ? ': waiting\n\n' : `event: status\ndata: ${text}\n\n`;
    told = text;
    if (found.status !== 'pending' || deps.waiter.closed || exchange.response.destroyed) return;
    const { tenant_id } = principal;
    await deps.waiter.wait({ tenant_id, id, wait_ms: limits.interaction_heartbeat_ms, on_gone });
    if (exchange.response.destroyed) return;
  }
}

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
