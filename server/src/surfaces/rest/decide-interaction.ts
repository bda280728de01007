// POST /v1/interactions/{id}/decision: a person's yes or no to a call, from their browser. Never from an API key, so that
// whoever calls cannot approve (attack A24).
import type { Interaction } from '@toolcrib/client';
import { z } from 'zod';
import { decideInteraction as decide } from '../../interactions/answer-interaction.ts';
import { interactionOnWire } from './list-interactions.ts';
import type { Operation } from './operation.ts';
import { interaction } from './schemas.ts';

const body = z.strictObject({ decision: z.enum(['yes', 'no']) });

export const decideInteraction: Operation<unknown, z.output<typeof body>, Interaction> = {
  id: 'decideInteraction',
  method: 'POST',
  path: '/v1/interactions/{id}/decision',
  summary: 'Say yes or no to a call',
  guard: { kind: 'permission', permission: 'tools.use', session_only: true },
  audit: { kind: 'change' },
  params: { id: 'Id of the interaction' },
  body,
  output: interaction,
  errors: ['not_found', 'conflict'],
  handle: async ({ principal, params, body: { decision }, exchange }, deps) => {
    const ended = await decide(deps, principal, { id: params['id'] ?? '', decision });
    deps.waiter.wake(principal.tenant_id, ended.id);
    return interactionOnWire(deps, exchange, ended);
  },
};
