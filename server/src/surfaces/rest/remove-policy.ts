// DELETE /v1/policies/{id}: what is less exact counts again.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { actorOf } from '../../identity/principal.ts';
import { removePolicy as remove } from '../../interactions/policies.ts';
import type { Operation } from './operation.ts';
import { id } from './schemas.ts';

export const removePolicy: Operation<unknown, unknown, { readonly removed: string }> = {
  id: 'removePolicy',
  method: 'DELETE',
  path: '/v1/policies/{id}',
  summary: 'Remove a policy',
  guard: { kind: 'permission', permission: 'policies.write' },
  audit: { kind: 'change' },
  params: { id: 'Id of the policy' },
  output: z.object({ removed: id }),
  errors: ['not_found'],
  handle: async ({ principal, params }, deps) => {
    const policy_id = id.safeParse(params['id']);
    if (!policy_id.success) throw new ToolcribError('not_found');
    await remove(deps, actorOf(principal), { tenant_id: principal.tenant_id, id: policy_id.data });
    deps.forgetIdentities();
    return { removed: policy_id.data };
  },
};
