// PUT /v1/definitions/{entity}/{name}: makes or replaces a definition; nothing is saved that cannot be used.
import type { JsonObject, SavedDefinition } from '@toolcrib/client';
import { z } from 'zod';
import { definitionFields, definitionKey, definitionParams } from './definition-schemas.ts';
import type { Operation } from './operation.ts';
import { fault } from './schemas.ts';

export const saveDefinition: Operation<unknown, JsonObject, SavedDefinition> = {
  id: 'saveDefinition',
  method: 'PUT',
  path: '/v1/definitions/{entity}/{name}',
  summary: 'Define a source, a tool or a toolset of the tenant, by the fields that a tool file has',
  guard: { kind: 'permission', permission: 'tools.write' },
  audit: { kind: 'change' },
  params: definitionParams,
  body: definitionFields,
  output: z.object({
    entity: z.string(),
    name: z.string(),
    warnings: z.array(fault).describe('What of it is left out, such as operations that cannot be called'),
  }),
  errors: ['not_found', 'definition_invalid', 'conflict', 'calls_limited'],
  handle: async ({ principal, params, body }, deps) => {
    const key = definitionKey(params);
    const warnings = await deps.definitions.save(principal, { ...key, body });
    deps.forgetIdentities();
    return { ...key, warnings };
  },
};
