// GET /v1/packs/{code}: a pack with its tools, and each setting with its value and where it comes from; no secret.
import type { Pack } from '@toolcrib/client';
import { z } from 'zod';
import type { Operation } from './operation.ts';
import { pack, packNamed, packParams, showPack } from './pack-schemas.ts';
import { id } from './schemas.ts';

const query = z.strictObject({
  workspace_id: id.optional().describe('As calls in this workspace have them; else those of the whole tenant'),
});

export const getPack: Operation<z.output<typeof query>, unknown, Pack> = {
  id: 'getPack',
  method: 'GET',
  path: '/v1/packs/{code}',
  summary: 'Show a pack, its tools and where its settings come from',
  guard: { kind: 'permission', permission: 'packs.read' },
  audit: { kind: 'none', reason: 'reads settings without secrets' },
  params: packParams,
  query,
  output: pack,
  errors: ['not_found'],
  handle: ({ principal, params, query: { workspace_id = null } }, deps) =>
    showPack(deps, principal, { of: packNamed(deps, params['code']), workspace_id }),
};
