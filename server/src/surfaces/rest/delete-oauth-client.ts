// DELETE /v1/oauth-clients/{id}: only when no account is connected with it, since it could then be neither renewed nor revoked.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { removeClient } from '../../credentials/oauth/clients.ts';
import { actorOf } from '../../identity/principal.ts';
import { clientsOf } from './list-oauth-clients.ts';
import type { Operation } from './operation.ts';
import { id } from './schemas.ts';

export const deleteOauthClient: Operation<unknown, unknown, { readonly deleted: string }> = {
  id: 'deleteOauthClient',
  method: 'DELETE',
  path: '/v1/oauth-clients/{id}',
  summary: 'Delete an OAuth client',
  guard: { kind: 'permission', permission: 'credentials.write' },
  audit: { kind: 'change' },
  params: { id: 'Id of the OAuth client' },
  output: z.object({ deleted: id }),
  errors: ['not_found', 'conflict'],
  handle: async ({ principal, params }, deps) => {
    const client_id = id.safeParse(params['id']);
    if (!client_id.success) throw new ToolcribError('not_found');
    const owner = clientsOf(principal, 'oauth_clients.write');
    await removeClient(deps.oauth, actorOf(principal), { ...owner, id: client_id.data });
    return { deleted: client_id.data };
  },
};
