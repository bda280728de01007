// GET /v1/invitations: those that can still be accepted.
import type { Invitation as InvitationWire, InvitationList } from '@toolcrib/client';
import { z } from 'zod';
import { listInvitations as listInvitationsOf } from '../../identity/invitations.ts';
import type { Invitation } from '../../identity/invitations.ts';
import type { Operation } from './operation.ts';
import { invitation } from './schemas.ts';

export const listInvitations: Operation<unknown, unknown, InvitationList> = {
  id: 'listInvitations',
  method: 'GET',
  path: '/v1/invitations',
  summary: 'List the pending invitations',
  guard: { kind: 'permission', permission: 'members.read' },
  audit: { kind: 'none', reason: 'invitations are shown without their link' },
  params: {},
  output: z.object({ invitations: z.array(invitation) }),
  errors: [],
  handle: async ({ principal }, deps) => ({
    invitations: (await listInvitationsOf(deps, principal.tenant_id)).map((one) => invitationOnWire(one)),
  }),
};

export function invitationOnWire({ created_at, expires_at, ...one }: Invitation): InvitationWire {
  return { ...one, created_at: new Date(created_at).toISOString(), expires_at: new Date(expires_at).toISOString() };
}
