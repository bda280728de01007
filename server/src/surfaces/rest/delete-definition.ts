// DELETE /v1/definitions/{entity}/{name}: its tools are gone with the next call.
import { z } from 'zod';
import { definitionKey, definitionParams } from './definition-schemas.ts';
import type { Operation } from './operation.ts';

export const deleteDefinition: Operation<unknown, unknown, { readonly deleted: string }> = {
  id: 'deleteDefinition',
  method: 'DELETE',
  path: '/v1/definitions/{entity}/{name}',
  summary: 'Delete a definition that no other one needs',
  guard: { kind: 'permission', permission: 'tools.write' },
  audit: { kind: 'change' },
  params: definitionParams,
  output: z.object({ deleted: z.string() }),
  errors: ['not_found', 'conflict', 'calls_limited'],
  handle: async ({ principal, params }, deps) => {
    const key = definitionKey(params);
    await deps.definitions.remove(principal, key);
    deps.forgetIdentities();
    return { deleted: key.name };
  },
};
