// PATCH /v1/credentials/{id}: another name, new secrets, shared or private again.
import type { Credential } from '@toolcrib/client';
import { z } from 'zod';
import { updateCredential as update } from '../../credentials/credentials.ts';
import { idParam } from './id-param.ts';
import { credentialOnWire } from './list-credentials.ts';
import type { Operation } from './operation.ts';
import { credential, credentialName, secretFields } from './credential-schemas.ts';

const body = z.strictObject({
  name: credentialName.optional(),
  scope: z
    .enum(['private', 'shared'])
    .optional()
    .describe('Sharing needs credentials.share; only the owner takes it back'),
  fields: secretFields.optional().describe('All secrets anew; not for OAuth, which is connected again'),
});

export const updateCredential: Operation<unknown, z.output<typeof body>, Credential> = {
  id: 'updateCredential',
  method: 'PATCH',
  path: '/v1/credentials/{id}',
  summary: 'Change a credential of your own; admins, a shared one',
  guard: { kind: 'permission', permission: 'credentials.write' },
  audit: { kind: 'change' },
  params: { id: 'Id of the credential' },
  body,
  output: credential,
  errors: ['not_found', 'vault_unavailable'],
  handle: async ({ principal, params, body: change }, deps) => {
    const updated = await update(deps, principal, { id: idParam(params, 'id'), change });
    deps.forgetIdentities();
    return credentialOnWire(updated);
  },
};
