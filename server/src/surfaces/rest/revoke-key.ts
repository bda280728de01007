// DELETE /v1/keys/{id}: the key ends at once, in other processes within a second.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { revokeApiKey } from '../../identity/api-keys.ts';
import { actorOf } from '../../identity/principal.ts';
import { keysOf } from './list-keys.ts';
import type { Operation } from './operation.ts';
import { id } from './schemas.ts';

export const revokeKey: Operation<unknown, unknown, { readonly revoked: string }> = {
  id: 'revokeKey',
  method: 'DELETE',
  path: '/v1/keys/{id}',
  summary: 'Revoke an API key',
  guard: { kind: 'permission', permission: 'keys.write' },
  audit: { kind: 'change' },
  params: { id: 'Id of the key' },
  output: z.object({ revoked: id }),
  errors: ['not_found'],
  handle: async ({ principal, params }, deps) => {
    const key_id = id.safeParse(params['id']);
    if (!key_id.success) throw new ToolcribError('not_found');
    await revokeApiKey(deps, actorOf(principal), { ...keysOf(principal), id: key_id.data });
    deps.forgetIdentities();
    return { revoked: key_id.data };
  },
};
