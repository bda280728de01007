// GET /v1/handoffs/{id}: how a hand-off stands, what has happened to it, and what has come of it.
import type { HandOffDetails } from '@toolcrib/client';
import { seeHandOff } from '../../interactions/handoff/list-handoffs.ts';
import { handOffDetails, handOffDetailsOnWire } from './handoff-schemas.ts';
import type { Operation } from './operation.ts';

export const getHandOff: Operation<unknown, unknown, HandOffDetails> = {
  id: 'getHandOff',
  method: 'GET',
  path: '/v1/handoffs/{id}',
  summary: 'Show a hand-off with its history and its result',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'change' },
  params: { id: 'Id of the hand-off' },
  output: handOffDetails,
  errors: ['not_found'],
  handle: async ({ principal, params }, { handOffs }) =>
    handOffDetailsOnWire(await seeHandOff(handOffs.deps, principal, params['id'] ?? '')),
};
