// PUT /v1/choices/{tool}: the credential that the caller's calls of the tool use from now on.
import type { Choice } from '@toolcrib/client';
import { z } from 'zod';
import { rememberChoice } from '../../credentials/choices.ts';
import { findTool, requirePermission } from '../../invoke/find.ts';
import { choiceOnWire } from './list-choices.ts';
import type { Operation } from './operation.ts';
import { choice } from './credential-schemas.ts';
import { id } from './schemas.ts';

const body = z.strictObject({ credential_id: id });

export const setChoice: Operation<unknown, z.output<typeof body>, Choice> = {
  id: 'setChoice',
  method: 'PUT',
  path: '/v1/choices/{tool}',
  summary: 'Choose the credential that your calls of a tool use',
  guard: { kind: 'permission', permission: 'credentials.use' },
  audit: { kind: 'change' },
  params: { tool: 'Name of the tool' },
  body,
  output: choice,
  errors: ['tool_not_found', 'not_found'],
  handle: async ({ principal, params, body: { credential_id } }, deps) => {
    requirePermission(principal, 'tools.use');
    const tool = findTool(await deps.catalogueOf(principal), principal, { tool: params['tool'] ?? '' });
    const made = await rememberChoice(deps, principal, { tool, credential_id });
    deps.forgetIdentities();
    return choiceOnWire(made);
  },
};
