// GET /v1/packs: the packs of this server, and which of them the tenant has.
import type { PackList } from '@toolcrib/client';
import { z } from 'zod';
import { packSummary as summaryOf } from '../../packs/pack-view.ts';
import type { Operation } from './operation.ts';
import { packSummary } from './pack-schemas.ts';

export const listPacks: Operation<unknown, unknown, PackList> = {
  id: 'listPacks',
  method: 'GET',
  path: '/v1/packs',
  summary: 'List the packs of this server, and which of them the tenant has',
  guard: { kind: 'permission', permission: 'packs.read' },
  audit: { kind: 'none', reason: 'reads which packs there are' },
  params: {},
  output: z.object({ packs: z.array(packSummary) }),
  errors: [],
  handle: async ({ principal }, { packs }) => {
    const rows = await packs.reader.rowsNow(principal.tenant_id);
    return { packs: packs.live.current().map((pack) => summaryOf(pack, rows, packs.reader.resolve(pack, rows, null))) };
  },
};
