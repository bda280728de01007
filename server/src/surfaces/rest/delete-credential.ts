// DELETE /v1/credentials/{id}: ends at once, in other processes within a second.
import { z } from 'zod';
import { deleteCredential as remove } from '../../credentials/credentials.ts';
import { idParam } from './id-param.ts';
import type { Operation } from './operation.ts';
import { id } from './schemas.ts';

export const deleteCredential: Operation<unknown, unknown, { readonly deleted: string }> = {
  id: 'deleteCredential',
  method: 'DELETE',
  path: '/v1/credentials/{id}',
  summary: 'Delete a credential of your own; admins, a shared one',
  guard: { kind: 'permission', permission: 'credentials.write' },
  audit: { kind: 'change' },
  params: { id: 'Id of the credential' },
  output: z.object({ deleted: id }),
  errors: ['not_found'],
  handle: async ({ principal, params }, deps) => {
    const credential_id = idParam(params, 'id');
    await remove(deps, principal, credential_id);
    deps.forgetIdentities();
    return { deleted: credential_id };
  },
};
