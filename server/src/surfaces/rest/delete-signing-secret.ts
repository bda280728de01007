// DELETE /v1/definitions/source/{name}/signing-secret: the client's results are fetched only.
import { z } from 'zod';
import { deleteSigningSecret as deleteSigningSecretOf } from '../../definitions/signing-secrets.ts';
import { actorOf } from '../../identity/principal.ts';
import type { Operation } from './operation.ts';

export const deleteSigningSecret: Operation<unknown, unknown, { readonly deleted: string }> = {
  id: 'deleteSigningSecret',
  method: 'DELETE',
  path: '/v1/definitions/source/{name}/signing-secret',
  summary: 'Delete what a client of hand-offs signs pushed results with: it can push no more',
  guard: { kind: 'permission', permission: 'tools.write' },
  audit: { kind: 'change' },
  params: { name: 'Name of a source of the kind handoff that the tenant has defined' },
  output: z.object({ deleted: z.string() }),
  errors: ['not_found'],
  handle: async ({ principal, params: { name = '' } }, deps) => {
    await deleteSigningSecretOf(deps, actorOf(principal), { tenant_id: principal.tenant_id, name });
    return { deleted: name };
  },
};
