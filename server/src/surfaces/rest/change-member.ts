// PATCH /v1/members/{user_id}: gives a member another role.
import type { Member } from '@toolcrib/client';
import { z } from 'zod';
import { changeMember as changeMemberOf } from '../../identity/change-member.ts';
import { getMember } from '../../identity/members.ts';
import type { Role } from '../../identity/permissions.ts';
import { idParam } from './id-param.ts';
import { memberOnWire } from './list-members.ts';
import type { Operation } from './operation.ts';
import { member, roleName } from './schemas.ts';

const body = z.strictObject({ role: roleName });

export const changeMember: Operation<unknown, { readonly role: Role }, Member> = {
  id: 'changeMember',
  method: 'PATCH',
  path: '/v1/members/{user_id}',
  summary: 'Give a member another role',
  guard: { kind: 'permission', permission: 'members.write' },
  audit: { kind: 'change' },
  params: { user_id: 'Id of the member' },
  body,
  output: member,
  errors: ['not_found', 'conflict'],
  handle: async ({ principal, params, body: { role } }, deps) => {
    const user_id = idParam(params, 'user_id');
    await changeMemberOf(deps, principal, { user_id, role });
    deps.forgetIdentities();
    return memberOnWire(await getMember(deps, principal.tenant_id, user_id));
  },
};
