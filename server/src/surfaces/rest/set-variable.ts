// PUT /v1/variables/{name}: makes a secret variable or replaces its value, which never comes out again.
import type { NewVariableBody, Variable } from '@toolcrib/client';
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { setVariable as set, variableName } from '../../credentials/variables.ts';
import type { VariableKey } from '../../credentials/variables.ts';
import { actorOf } from '../../identity/principal.ts';
import type { Principal } from '../../identity/principal.ts';
import { requirePermission } from '../../invoke/find.ts';
import { variableOnWire } from './list-variables.ts';
import type { Operation } from './operation.ts';
import { variable } from './schemas.ts';

export const variableScope = z
  .enum(['person', 'tenant'])
  .default('person')
  .describe("person: for one's own calls; tenant: for everybody's who has none of their own (needs variables.manage)");

const body = z.strictObject({
  value: z.string().max(limits.variable_characters).describe('The secret'),
  scope: variableScope,
}) satisfies z.ZodType<NewVariableBody>;

export const setVariable: Operation<unknown, z.output<typeof body>, Variable> = {
  id: 'setVariable',
  method: 'PUT',
  path: '/v1/variables/{name}',
  summary: 'Set a secret variable',
  guard: { kind: 'permission', permission: 'variables.write' },
  audit: { kind: 'change' },
  params: { name: 'Name of the variable: letters, digits and "_", at most 100' },
  body,
  output: variable,
  errors: ['conflict', 'vault_unavailable'],
  handle: async ({ principal, params, body: { value, scope } }, deps) => {
    const key = variableKey(principal, params['name'], scope);
    if (key === undefined) {
      const message = 'A name has letters, digits and "_", begins with no digit, and is at most 100 characters long';
      throw new ToolcribError('body_invalid', {
        params: { problem: 'the name in the path is none of a variable' },
        faults: [{ path: 'name', message }],
      });
    }
    const stored = await set(deps, actorOf(principal), { ...key, value });
    deps.forgetIdentities();
    return variableOnWire(stored);
  },
};

/** Whose variable a request is about; undefined when the name is none. Throws `forbidden`. */
export function variableKey(
  principal: Principal,
  name: string | undefined,
  scope: 'person' | 'tenant',
): VariableKey | undefined {
  if (scope === 'tenant') requirePermission(principal, 'variables.manage');
  if (name === undefined || !variableName.test(name)) return undefined;
  const { tenant_id, user_id } = principal;
  return { tenant_id, user_id: scope === 'tenant' ? null : user_id, name };
}
