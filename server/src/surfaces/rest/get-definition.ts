// GET /v1/definitions/{entity}/{name}: one definition with its fields.
import type { Definition } from '@toolcrib/client';
import { ToolcribError } from '../../base/errors.ts';
import { definition, definitionKey, definitionOnWire, definitionParams } from './definition-schemas.ts';
import type { Operation } from './operation.ts';

export const getDefinition: Operation<unknown, unknown, Definition> = {
  id: 'getDefinition',
  method: 'GET',
  path: '/v1/definitions/{entity}/{name}',
  summary: 'Get a definition of the tenant with its fields',
  guard: { kind: 'permission', permission: 'tools.write' },
  audit: { kind: 'none', reason: 'reads a definition, which holds no secrets' },
  params: definitionParams,
  output: definition,
  errors: ['not_found', 'calls_limited'],
  handle: async ({ principal, params }, { definitions }) => {
    const key = definitionKey(params);
    const all = await definitions.list(principal);
    const found = all.find(({ entity, name }) => entity === key.entity && name === key.name);
    if (found === undefined) throw new ToolcribError('not_found');
    return definitionOnWire(found);
  },
};
