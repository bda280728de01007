// GET /v1/definitions: what the tenant has defined over the API, with what is wrong with each now.
import type { DefinitionList } from '@toolcrib/client';
import { z } from 'zod';
import { definitionSummary, summaryOnWire } from './definition-schemas.ts';
import type { Operation } from './operation.ts';

export const listDefinitions: Operation<unknown, unknown, DefinitionList> = {
  id: 'listDefinitions',
  method: 'GET',
  path: '/v1/definitions',
  summary: 'List the sources, tools and toolsets that the tenant has defined',
  guard: { kind: 'permission', permission: 'tools.write' },
  audit: { kind: 'none', reason: 'reads definitions, which hold no secrets' },
  params: {},
  output: z.object({ definitions: z.array(definitionSummary) }),
  errors: ['calls_limited'],
  handle: async ({ principal }, { definitions }) => ({
    definitions: (await definitions.list(principal)).map((one) => summaryOnWire(one)),
  }),
};
