// DELETE /v1/invitations/{id}: its link opens nothing any more.
import { z } from 'zod';
import { revokeInvitation as revokeInvitationOf } from '../../identity/invitations.ts';
import { idParam } from './id-param.ts';
import type { Operation } from './operation.ts';
import { id } from './schemas.ts';

export const revokeInvitation: Operation<unknown, unknown, { readonly revoked: string }> = {
  id: 'revokeInvitation',
  method: 'DELETE',
  path: '/v1/invitations/{id}',
  summary: 'Withdraw an invitation',
  guard: { kind: 'permission', permission: 'members.write' },
  audit: { kind: 'change' },
  params: { id: 'Id of the invitation' },
  output: z.object({ revoked: id }),
  errors: ['not_found'],
  handle: async ({ principal, params }, deps) => {
    const invitation_id = idParam(params, 'id');
    await revokeInvitationOf(deps, principal, invitation_id);
    return { revoked: invitation_id };
  },
};
