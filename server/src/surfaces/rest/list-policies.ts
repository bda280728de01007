// GET /v1/policies: when a person must say yes.
import type { Policy as PolicyOnWire, PolicyList } from '@toolcrib/client';
import { z } from 'zod';
import { listPolicies as list } from '../../interactions/policies.ts';
import type { Policy } from '../../interactions/policies.ts';
import type { Operation } from './operation.ts';
import { policy } from './schemas.ts';

export const listPolicies: Operation<unknown, unknown, PolicyList> = {
  id: 'listPolicies',
  method: 'GET',
  path: '/v1/policies',
  summary: 'List the policies that say when a person must say yes',
  guard: { kind: 'permission', permission: 'policies.read' },
  audit: { kind: 'none', reason: 'reads policies, which hold no secrets' },
  params: {},
  output: z.object({ policies: z.array(policy) }),
  errors: [],
  handle: async ({ principal }, deps) => ({
    policies: (await list(deps, principal.tenant_id)).map(policyOnWire),
  }),
};

export function policyOnWire({ id, tool, danger, action, created_at }: Policy): PolicyOnWire {
  return { id, tool, danger, action, created_at: new Date(created_at).toISOString() };
}
