// GET /v1/credentials/{id}: what is private of somebody else is answered like an id that nothing has.
import type { Credential } from '@toolcrib/client';
import { getCredential as get } from '../../credentials/credentials.ts';
import { idParam } from './id-param.ts';
import { credentialOnWire } from './list-credentials.ts';
import type { Operation } from './operation.ts';
import { credential } from './credential-schemas.ts';

export const getCredential: Operation<unknown, unknown, Credential> = {
  id: 'getCredential',
  method: 'GET',
  path: '/v1/credentials/{id}',
  summary: 'Show a credential without its secrets',
  guard: { kind: 'permission', permission: 'credentials.use' },
  audit: { kind: 'change' },
  params: { id: 'Id of the credential' },
  output: credential,
  errors: ['not_found'],
  handle: async ({ principal, params }, deps) => credentialOnWire(await get(deps, principal, idParam(params, 'id'))),
};
