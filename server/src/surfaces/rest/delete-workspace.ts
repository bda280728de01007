// DELETE /v1/workspaces/{slug}: never `main`.
import { z } from 'zod';
import { actorOf } from '../../identity/principal.ts';
import { deleteWorkspace as deleteWorkspaceOf } from '../../identity/workspaces.ts';
import type { Operation } from './operation.ts';

export const deleteWorkspace: Operation<unknown, unknown, { readonly deleted: string }> = {
  id: 'deleteWorkspace',
  method: 'DELETE',
  path: '/v1/workspaces/{slug}',
  summary: 'Delete a workspace; its keys end',
  guard: { kind: 'permission', permission: 'workspaces.write' },
  audit: { kind: 'change' },
  params: { slug: 'Slug of the workspace' },
  output: z.object({ deleted: z.string() }),
  errors: ['not_found', 'conflict'],
  handle: async ({ principal, params }, deps) => {
    const { slug = '' } = params;
    await deleteWorkspaceOf(deps, actorOf(principal), { tenant_id: principal.tenant_id, slug });
    deps.forgetIdentities();
    return { deleted: slug };
  },
};
