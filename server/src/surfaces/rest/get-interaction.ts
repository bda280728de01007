// GET /v1/interactions/{id}: how it stands; with wait_s the answer comes when a person has acted, or when the time is over.
import type { Interaction } from '@toolcrib/client';
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import { findInteraction } from '../../interactions/find-interactions.ts';
import { goneListeners } from '../http.ts';
import { interactionOnWire } from './list-interactions.ts';
import type { Operation } from './operation.ts';
import { interaction } from './schemas.ts';

const longest_s = limits.interaction_wait_ms / 1_000;

const query = z.strictObject({
  wait_s: z
    .string()
    .regex(/^\d{1,2}$/)
    .transform(Number)
    .refine((seconds) => seconds <= longest_s)
    .optional()
    .describe(`Seconds to wait for a person to act, 0 to ${longest_s}`),
});

export const getInteraction: Operation<z.output<typeof query>, unknown, Interaction> = {
  id: 'getInteraction',
  method: 'GET',
  path: '/v1/interactions/{id}',
  summary: 'Show how an interaction stands, or wait until it has ended',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'change' },
  params: { id: 'Id of the interaction' },
  query,
  output: interaction,
  errors: ['not_found'],
  handle: async ({ principal, params, query: { wait_s = 0 }, exchange }, deps) => {
    const id = params['id'] ?? '';
    const found = await findInteraction(deps, principal, id);
    if (found.status !== 'pending' || wait_s === 0) return interactionOnWire(deps, exchange, found);
    const { tenant_id } = principal;
    await deps.waiter.wait({ tenant_id, id, wait_ms: wait_s * 1_000, on_gone: goneListeners(exchange) });
    return interactionOnWire(deps, exchange, await findInteraction(deps, principal, id));
  },
};
