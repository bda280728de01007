// GET /v1/handoffs: the caller's own hand-offs, or everybody's for those who manage them, newest first.
import type { HandOffList } from '@toolcrib/client';
import { z } from 'zod';
import { listHandOffs as list } from '../../interactions/handoff/list-handoffs.ts';
import { handOff, handOffOnWire, handOffStatus } from './handoff-schemas.ts';
import type { Operation } from './operation.ts';
import { nextOf, page } from './page.ts';
import { id } from './schemas.ts';

const query = page.extend({
  tool: z.string().max(200).optional().describe('Only of this tool'),
  status: handOffStatus.optional().describe('Only in this status'),
});

export const listHandOffs: Operation<z.output<typeof query>, unknown, HandOffList> = {
  id: 'listHandOffs',
  method: 'GET',
  path: '/v1/handoffs',
  summary: 'List your hand-offs, or those of everybody',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'none', reason: 'reads how hand-offs stand, without their results' },
  params: {},
  query,
  output: z.object({ handoffs: z.array(handOff), next: id.exactOptional() }),
  errors: [],
  handle: async ({ principal, query: filter }, deps) => {
    const handoffs = (await list(deps, principal, filter)).map((one) => handOffOnWire(one));
    return { handoffs, ...nextOf(handoffs, filter.limit) };
  },
};
