// GET /v1/tools/{name}/plan: whose credential a call would use, and why, without calling.
import type { Plan } from '@toolcrib/client';
import { z } from 'zod';
import { findTool, requirePermission } from '../../invoke/find.ts';
import type { Operation } from './operation.ts';
import { plan } from './credential-schemas.ts';
import { id } from './schemas.ts';

const query = z.strictObject({
  user_id: id.optional().describe('For another member, which needs credentials.manage; private names are not shown'),
});

export const getPlan: Operation<z.output<typeof query>, unknown, Plan> = {
  id: 'getPlan',
  method: 'GET',
  path: '/v1/tools/{name}/plan',
  summary: 'Explain whose credential a call of the tool would use',
  guard: { kind: 'permission', permission: 'credentials.use' },
  audit: { kind: 'none', reason: 'nothing is called and no secret is shown' },
  params: { name: 'Name of the tool' },
  query,
  output: plan,
  errors: ['tool_not_found', 'not_found'],
  handle: async ({ principal, params, query: { user_id } }, { catalogueOf, credentials }) => {
    requirePermission(principal, 'tools.use');
    const tool = findTool(await catalogueOf(principal), principal, { tool: params['name'] ?? '' });
    if (user_id === undefined || user_id === principal.user_id) return credentials.plan(principal, tool);
    requirePermission(principal, 'credentials.manage');
    return credentials.planOf(principal.tenant_id, user_id, tool);
  },
};
