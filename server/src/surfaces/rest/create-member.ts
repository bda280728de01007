// POST /v1/members: makes a person a member of the caller's tenant.
import type { Member } from '@toolcrib/client';
import { z } from 'zod';
import { createMember as createMemberOf } from '../../identity/members.ts';
import { actorOf } from '../../identity/principal.ts';
import { requireMayGive } from '../../identity/role-rules.ts';
import { memberOnWire } from './list-members.ts';
import type { Operation } from './operation.ts';
import { email, member, personName, roleName } from './schemas.ts';

const body = z.strictObject({
  email,
  name: personName,
  role: roleName,
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
