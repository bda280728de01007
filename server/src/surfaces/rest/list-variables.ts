// GET /v1/variables: the names of secret variables. A value never comes out.
import type { Variable as VariableOnWire, VariableList } from '@toolcrib/client';
import { z } from 'zod';
import { listVariables as list } from '../../credentials/variables.ts';
import type { Variable } from '../../credentials/variables.ts';
import type { Operation } from './operation.ts';
import { variable } from './schemas.ts';

export const listVariables: Operation<unknown, unknown, VariableList> = {
  id: 'listVariables',
  method: 'GET',
  path: '/v1/variables',
  summary: "List the names of one's own secret variables and of the tenant's",
  guard: { kind: 'permission', permission: 'variables.write' },
  audit: { kind: 'none', reason: 'reads names, never values' },
  params: {},
  output: z.object({ variables: z.array(variable) }),
  errors: [],
  handle: async ({ principal }, deps) => ({ variables: (await list(deps, principal)).map(variableOnWire) }),
};

export function variableOnWire({ name, scope, updated_at }: Variable): VariableOnWire {
  return { name, scope, updated_at: new Date(updated_at).toISOString() };
}
