// DELETE /v1/variables/{name}: forgets a secret variable and its value.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { deleteVariable as remove } from '../../credentials/variables.ts';
import { actorOf } from '../../identity/principal.ts';
import type { Operation } from './operation.ts';
import { variableKey, variableScope } from './set-variable.ts';

const query = z.strictObject({ scope: variableScope });

export const deleteVariable: Operation<z.output<typeof query>, unknown, { readonly deleted: string }> = {
  id: 'deleteVariable',
  method: 'DELETE',
  path: '/v1/variables/{name}',
  summary: 'Delete a secret variable',
  guard: { kind: 'permission', permission: 'variables.write' },
  audit: { kind: 'change' },
  params: { name: 'Name of the variable' },
  query,
  output: z.object({ deleted: z.string() }),
  errors: ['not_found'],
  handle: async ({ principal, params, query: { scope } }, deps) => {
    const key = variableKey(principal, params['name'], scope);
    if (key === undefined) throw new ToolcribError('not_found');
    await remove(deps, actorOf(principal), key);
    deps.forgetIdentities();
    return { deleted: key.name };
  },
};
