// POST /v1/handoffs/{id}/cancel: the work is no longer wanted; a result that comes later is refused.
import type { HandOff } from '@toolcrib/client';
import { cancelHandOff as cancel } from '../../interactions/handoff/end-handoff.ts';
import { findHandOff } from '../../interactions/handoff/list-handoffs.ts';
import { handOff, handOffOnWire } from './handoff-schemas.ts';
import type { Operation } from './operation.ts';

export const cancelHandOff: Operation<unknown, unknown, HandOff> = {
  id: 'cancelHandOff',
  method: 'POST',
  path: '/v1/handoffs/{id}/cancel',
  summary: 'Cancel a hand-off',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'change' },
  params: { id: 'Id of the hand-off' },
  output: handOff,
  errors: ['not_found', 'conflict'],
  handle: async ({ principal, params }, deps) => {
    const id = params['id'] ?? '';
    const { row } = await findHandOff(deps, principal, id);
    await cancel(deps.handOffs.deps, principal, row);
    return handOffOnWire(await findHandOff(deps, principal, id));
  },
};
