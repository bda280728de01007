// DELETE /v1/sessions/{id}: the browser is signed out at once, for other processes within a second.
import { z } from 'zod';
import { actorOf } from '../../identity/principal.ts';
import { endSession as endSessionOf } from '../../identity/sessions.ts';
import { idParam } from './id-param.ts';
import { keysOf } from './list-keys.ts';
import type { Operation } from './operation.ts';
import { id } from './schemas.ts';

export const endSession: Operation<unknown, unknown, { readonly ended: string }> = {
  id: 'endSession',
  method: 'DELETE',
  path: '/v1/sessions/{id}',
  summary: 'End a session: one of your own, or any of the tenant for admins',
  guard: { kind: 'permission', permission: 'keys.write' },
  audit: { kind: 'change' },
  params: { id: 'Id of the session' },
  output: z.object({ ended: id }),
  errors: ['not_found'],
  handle: async ({ principal, params }, deps) => {
    const session_id = idParam(params, 'id');
    await endSessionOf(deps, actorOf(principal), { ...keysOf(principal), id: session_id });
    deps.forgetIdentities();
    return { ended: session_id };
  },
};
