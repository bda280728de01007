// GET /v1/choices: which credential the caller has chosen for which tool.
import type { Choice as ChoiceOnWire, ChoiceList } from '@toolcrib/client';
import { z } from 'zod';
import { listChoices as list } from '../../credentials/choices.ts';
import type { Choice } from '../../credentials/choices.ts';
import type { Operation } from './operation.ts';
import { choice } from './credential-schemas.ts';

export const listChoices: Operation<unknown, unknown, ChoiceList> = {
  id: 'listChoices',
  method: 'GET',
  path: '/v1/choices',
  summary: 'List the credentials that you have chosen for tools',
  guard: { kind: 'permission', permission: 'credentials.use' },
  audit: { kind: 'none', reason: 'shows only ids' },
  params: {},
  output: z.object({ choices: z.array(choice) }),
  errors: [],
  handle: async ({ principal }, deps) => ({ choices: (await list(deps, principal)).map(choiceOnWire) }),
};

export function choiceOnWire({ chosen_at, ...made }: Choice): ChoiceOnWire {
  return { ...made, chosen_at: new Date(chosen_at).toISOString() };
}
