// DELETE /v1/credentials/{id}: ends at once, in other processes within a second; a grant is then ended at its provider.
import type { DeletedCredential } from '@toolcrib/client';
import { z } from 'zod';
import { deleteCredential as remove } from '../../credentials/credentials.ts';
import { revocationReceipt } from './credential-schemas.ts';
import { idParam } from './id-param.ts';
import { receiptOnWire } from './list-receipts.ts';
import type { Operation } from './operation.ts';
import { id } from './schemas.ts';

export const deleteCredential: Operation<unknown, unknown, DeletedCredential> = {
  id: 'deleteCredential',
  method: 'DELETE',
  path: '/v1/credentials/{id}',
  summary: 'Delete a credential of your own, or as an admin a shared one; its grant is ended at the provider',
  guard: { kind: 'permission', permission: 'credentials.write' },
  audit: { kind: 'change' },
  params: { id: 'Id of the credential' },
  output: z.object({ deleted: id, receipt: revocationReceipt }),
  errors: ['not_found'],
  handle: async ({ principal, params }, deps) => {
    const credential_id = idParam(params, 'id');
    try {
      const receipt = await remove(deps, principal, credential_id);
      return { deleted: credential_id, receipt: receiptOnWire(receipt) };
    } finally {
      deps.forgetIdentities();
    }
  },
};
