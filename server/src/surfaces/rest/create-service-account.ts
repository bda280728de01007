// POST /v1/service-accounts: a member that is no person; its keys are made with POST /v1/keys.
import type { Member } from '@toolcrib/client';
import { z } from 'zod';
import { actorOf } from '../../identity/principal.ts';
import { requireMayGive } from '../../identity/role-rules.ts';
import { createServiceAccount as createServiceAccountOf } from '../../identity/service-accounts.ts';
import { memberOnWire } from './list-members.ts';
import type { Operation } from './operation.ts';
import { member, slug } from './schemas.ts';

const body = z.strictObject({
  name: slug.describe('Lower-case letters, digits and hyphens'),
  role: z.enum(['admin', 'builder', 'member']),
});

export const createServiceAccount: Operation<unknown, z.output<typeof body>, Member> = {
  id: 'createServiceAccount',
  method: 'POST',
  path: '/v1/service-accounts',
  summary: 'Make a service account: a member that has keys and cannot sign in',
  guard: { kind: 'permission', permission: 'members.write' },
  audit: { kind: 'change' },
  params: {},
  body,
  output: member,
  status: 201,
  errors: ['conflict'],
  handle: async ({ principal, body: { name, role } }, deps) => {
    requireMayGive(principal, role);
    const { tenant_id, tenant_slug } = principal.caller;
    return memberOnWire(await createServiceAccountOf(deps, actorOf(principal), { tenant_id, tenant_slug, name, role }));
  },
};
