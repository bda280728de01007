// POST /v1/invitations: a link with which a person sets a password and comes in; it is in this one answer.
import type { NewInvitation } from '@toolcrib/client';
import { z } from 'zod';
import { createInvitation as createInvitationOf } from '../../identity/invitations.ts';
import { invitationOnWire } from './list-invitations.ts';
import type { Operation } from './operation.ts';
import { email, invitation, personName, roleName } from './schemas.ts';

const body = z.strictObject({
  email,
  name: personName.optional().describe('Taken when nobody has this address yet; without it, the address'),
  role: roleName.optional().describe('Without it, of a member their own role, else member'),
});

export const createInvitation: Operation<unknown, z.output<typeof body>, NewInvitation> = {
  id: 'createInvitation',
  method: 'POST',
  path: '/v1/invitations',
  summary: 'Invite a person; the link is shown once and replaces an earlier one',
  guard: { kind: 'permission', permission: 'members.write' },
  audit: { kind: 'change' },
  params: {},
  body,
  output: z.object({ invitation, url: z.string() }),
  status: 201,
  errors: ['conflict'],
  handle: async ({ principal, body: input, exchange }, deps) => {
    const { tenant_id } = principal;
    const { name = input.email, role } = input;
    const made = await createInvitationOf(deps, principal, { tenant_id, email: input.email, name, role });
    const url = deps.addresses.urlFor(exchange.request.headers.host, `/invitations/${made.text}`);
    return { invitation: invitationOnWire(made.invitation), url };
  },
};
