// DELETE /v1/files/{id}: deletes a file of the caller's own; its links end with it.
import { z } from 'zod';
import { deleteFile as remove } from '../../files/stored-files.ts';
import { actorOf } from '../../identity/principal.ts';
import { idParam } from './id-param.ts';
import type { Operation } from './operation.ts';

export const deleteFile: Operation<unknown, unknown, { readonly deleted: string }> = {
  id: 'deleteFile',
  method: 'DELETE',
  path: '/v1/files/{id}',
  summary: 'Delete one of your own files; its links end with it',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'change' },
  params: { id: 'Id of the file' },
  output: z.object({ deleted: z.string() }),
  errors: ['not_found'],
  handle: async ({ principal, params }, deps) => {
    const id = idParam(params, 'id');
    const { tenant_id, user_id } = principal;
    await remove(deps, actorOf(principal), { tenant_id, user_id, id });
    return { deleted: id };
  },
};
