// DELETE /v1/sign-ons/{id}: its secret is gone, and the sessions that were begun with it end.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { deleteSignOn as remove } from '../../credentials/sign-on/sign-ons.ts';
import { actorOf } from '../../identity/principal.ts';
import type { Operation } from './operation.ts';
import { id } from './schemas.ts';

export const deleteSignOn: Operation<unknown, unknown, { readonly deleted: string }> = {
  id: 'deleteSignOn',
  method: 'DELETE',
  path: '/v1/sign-ons/{id}',
  summary: 'Delete a single sign-on',
  guard: { kind: 'permission', permission: 'sign_on.write' },
  audit: { kind: 'change' },
  params: { id: 'Id of the sign-on' },
  output: z.object({ deleted: id }),
  errors: ['not_found'],
  handle: async ({ principal, params }, deps) => {
    const sign_on_id = id.safeParse(params['id']);
    if (!sign_on_id.success) throw new ToolcribError('not_found');
    await remove(deps, actorOf(principal), { tenant_id: principal.tenant_id, id: sign_on_id.data });
    deps.forgetIdentities();
    return { deleted: sign_on_id.data };
  },
};
