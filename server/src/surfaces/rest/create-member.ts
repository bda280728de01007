// POST /v1/members: makes a person a member of the caller's tenant.
import type { Member } from '@toolcrib/client';
import { z } from 'zod';
import { createMember as createMemberOf } from '../../identity/members.ts';
import { roles } from '../../identity/permissions.ts';
import { actorOf } from '../../identity/principal.ts';
import { requireMayGive } from '../../identity/role-rules.ts';
import { memberOnWire } from './list-members.ts';
import type { Operation } from './operation.ts';
import { member } from './schemas.ts';

const body = z.strictObject({
  email: z.email().max(254).toLowerCase(),
  name: z.string().trim().min(1).max(100),
  role: z.enum(roles as ['owner', 'admin', 'builder', 'member']),
});

export const createMember: Operation<unknown, z.output<typeof body>, Member> = {
  id: 'createMember',
  method: 'POST',
  path: '/v1/members',
  summary: 'Add a member to the tenant',
  guard: { kind: 'permission', permission: 'members.write' },
  audit: { kind: 'change' },
  params: {},
  body,
  output: member,
  status: 201,
  errors: ['conflict'],
  handle: async ({ principal, body: input }, deps) => {
    requireMayGive(principal, input.role);
    return memberOnWire(await createMemberOf(deps, actorOf(principal), { tenant_id: principal.tenant_id, ...input }));
  },
};
