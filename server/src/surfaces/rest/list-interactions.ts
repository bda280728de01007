// GET /v1/interactions: what waits for the caller's person, and calls of others that wait for a word of theirs.
import type { Interaction as InteractionOnWire, InteractionList } from '@toolcrib/client';
import { z } from 'zod';
import { listInteractions as list } from '../../interactions/find-interactions.ts';
import type { Interaction } from '../../interactions/find-interactions.ts';
import { offerOf, pathOf } from '../../interactions/interaction-row.ts';
import type { Exchange } from '../route.ts';
import type { Operation, RestDeps } from './operation.ts';
import { interaction } from './schemas.ts';

export const listInteractions: Operation<unknown, unknown, InteractionList> = {
  id: 'listInteractions',
  method: 'GET',
  path: '/v1/interactions',
  summary: 'List what waits for you, and calls of others that you may decide',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'none', reason: "reads what the caller's own calls wait for" },
  params: {},
  output: z.object({ mine: z.array(interaction), to_decide: z.array(interaction) }),
  errors: [],
  handle: async ({ principal, exchange }, deps) => {
    const { mine, to_decide } = await list(deps, principal);
    const onWire = (one: Interaction): InteractionOnWire => interactionOnWire(deps, exchange, one);
    return { mine: mine.map(onWire), to_decide: to_decide.map(onWire) };
  },
};

export function interactionOnWire(
  { addresses }: Pick<RestDeps, 'addresses'>,
  exchange: Exchange,
  one: Interaction,
): InteractionOnWire {
  const url = addresses.urlFor(exchange.request.headers.host, pathOf(one.id));
  return {
    ...offerOf(one, url),
    status: one.status,
    tool: one.tool,
    user: { id: one.user_id, email: one.user_email, name: one.user_name },
    four_eyes: one.details.kind === 'approve' && one.details.four_eyes,
    used: one.used,
    created_at: one.created_at.toISOString(),
    resolved_at: one.resolved_at?.toISOString() ?? null,
  };
}
