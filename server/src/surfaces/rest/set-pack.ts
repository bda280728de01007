// PUT /v1/packs/{code}: turns a feature pack on or off for the tenant.
import type { Pack, PackEnabledBody } from '@toolcrib/client';
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { actorOf } from '../../identity/principal.ts';
import { setEnabled } from '../../packs/setting-store.ts';
import type { Operation } from './operation.ts';
import { pack, packNamed, packParams, showPack } from './pack-schemas.ts';

const body = z.strictObject({
  enabled: z.boolean().describe('Whether the tenant has the tools of the pack'),
}) satisfies z.ZodType<PackEnabledBody>;

export const setPack: Operation<unknown, z.output<typeof body>, Pack> = {
  id: 'setPack',
  method: 'PUT',
  path: '/v1/packs/{code}',
  summary: 'Turn a pack on or off for the tenant',
  guard: { kind: 'permission', permission: 'packs.write' },
  audit: { kind: 'change' },
  params: packParams,
  body,
  output: pack,
  errors: ['not_found', 'conflict'],
  handle: async ({ principal, params, body: { enabled } }, deps) => {
    const found = packNamed(deps, params['code']);
    if (found.manifest.type === 'system') {
      throw new ToolcribError('conflict', { params: { problem: 'A system pack is there for every tenant' } });
    }
    await setEnabled(deps, actorOf(principal), { tenant_id: principal.tenant_id, code: found.code, enabled });
    deps.forgetIdentities();
    return showPack(deps, principal, { of: found, workspace_id: null });
  },
};
