// DELETE /v1/members/{user_id}: the member's keys, sessions, password and private credentials end with the membership.
import { z } from 'zod';
import { removeMember as removeMemberOf } from '../../identity/remove-member.ts';
import { idParam } from './id-param.ts';
import type { Operation } from './operation.ts';
import { id } from './schemas.ts';

export const removeMember: Operation<unknown, unknown, { readonly removed: string }> = {
  id: 'removeMember',
  method: 'DELETE',
  path: '/v1/members/{user_id}',
  summary: 'Remove a member; their private credentials end, the shared ones become yours',
  guard: { kind: 'permission', permission: 'members.write' },
  audit: { kind: 'change' },
  params: { user_id: 'Id of the member' },
  output: z.object({ removed: id }),
  errors: ['not_found', 'conflict'],
  handle: async ({ principal, params }, deps) => {
    const user_id = idParam(params, 'user_id');
    await removeMemberOf(deps, principal, user_id);
    deps.forgetIdentities();
    return { removed: user_id };
  },
};
