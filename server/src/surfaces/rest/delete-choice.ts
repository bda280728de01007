// DELETE /v1/choices/{tool}: the next call decides anew. Also for a tool that is no more.
import { z } from 'zod';
import { forgetChoice } from '../../credentials/choices.ts';
import type { Operation } from './operation.ts';

export const deleteChoice: Operation<unknown, unknown, { readonly forgotten: string }> = {
  id: 'deleteChoice',
  method: 'DELETE',
  path: '/v1/choices/{tool}',
  summary: 'Forget the credential that you have chosen for a tool',
  guard: { kind: 'permission', permission: 'credentials.use' },
  audit: { kind: 'change' },
  params: { tool: 'Name of the tool' },
  output: z.object({ forgotten: z.string() }),
  errors: ['not_found'],
  handle: async ({ principal, params }, deps) => {
    const tool = (params['tool'] ?? '').slice(0, 200);
    await forgetChoice(deps, principal, tool);
    deps.forgetIdentities();
    return { forgotten: tool };
  },
};
