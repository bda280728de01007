// POST /v1/interactions/{id}/cancel: the call is no longer wanted; its person is not asked any more.
import type { Interaction } from '@toolcrib/client';
import { cancelInteraction as cancel } from '../../interactions/answer-interaction.ts';
import { interactionOnWire } from './list-interactions.ts';
import type { Operation } from './operation.ts';
import { interaction } from './schemas.ts';

export const cancelInteraction: Operation<unknown, unknown, Interaction> = {
  id: 'cancelInteraction',
  method: 'POST',
  path: '/v1/interactions/{id}/cancel',
  summary: 'Cancel an interaction of your own',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'change' },
  params: { id: 'Id of the interaction' },
  output: interaction,
  errors: ['not_found', 'conflict'],
  handle: async ({ principal, params, exchange }, deps) => {
    const ended = await cancel(deps, principal, params['id'] ?? '');
    deps.waiter.wake(principal.tenant_id, ended.id);
    return interactionOnWire(deps, exchange, ended);
  },
};
