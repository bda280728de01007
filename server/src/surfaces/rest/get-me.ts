// GET /v1/me: whom the credential speaks for.
import type { Me } from '@toolcrib/client';
import { z } from 'zod';
import { getMember } from '../../identity/members.ts';
import { getTenant } from '../../identity/tenants.ts';
import type { Operation } from './operation.ts';
import { id, permission, role } from './schemas.ts';

export const getMe: Operation<unknown, unknown, Me> = {
  id: 'getMe',
  method: 'GET',
  path: '/v1/me',
  summary: 'Show whom the credential speaks for',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'none', reason: "reads the caller's own name" },
  params: {},
  output: z.object({
    tenant: z.object({ id, slug: z.string(), name: z.string() }),
    user: z.object({ id, email: z.string(), name: z.string() }),
    role,
    permissions: z.array(permission),
  }),
  errors: [],
  handle: async ({ principal }, deps) => {
    const [tenant, user] = await Promise.all([
      getTenant(deps, principal.tenant_id),
      getMember(deps, principal.tenant_id, principal.user_id),
    ]);
    return {
      tenant: { id: tenant.id, slug: tenant.slug, name: tenant.name },
      user: { id: user.user_id, email: user.email, name: user.name },
      role: principal.role,
      permissions: [...principal.permissions].sort(),
    };
  },
};
