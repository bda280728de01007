// GET /v1/members: the people of the tenant with their roles.
import type { Member as MemberWire, MemberList } from '@toolcrib/client';
import { z } from 'zod';
import { listMembers as listMembersOf } from '../../identity/members.ts';
import type { Member } from '../../identity/members.ts';
import type { Operation } from './operation.ts';
import { member } from './schemas.ts';

export const listMembers: Operation<unknown, unknown, MemberList> = {
  id: 'listMembers',
  method: 'GET',
  path: '/v1/members',
  summary: 'List the members of the tenant',
  guard: { kind: 'permission', permission: 'members.read' },
  audit: { kind: 'none', reason: 'reads names and roles only' },
  params: {},
  output: z.object({ members: z.array(member) }),
  errors: [],
  handle: async ({ principal }, deps) => ({
    members: (await listMembersOf(deps, principal.tenant_id)).map((row) => memberOnWire(row)),
  }),
};

export function memberOnWire({ user_id, email, name, role, kind, created_at }: Member): MemberWire {
  return { user_id, email, name, role, kind, created_at: new Date(created_at).toISOString() };
}
