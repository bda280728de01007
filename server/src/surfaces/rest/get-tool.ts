// GET /v1/tools/{name}
import type { ToolSummary } from '@toolcrib/client';
import { summaryOf } from './list-tools.ts';
import { authorizationOf } from '../web/browser.ts';
import type { Operation } from './operation.ts';
import { toolSummary } from './schemas.ts';

export const getTool: Operation<unknown, unknown, ToolSummary> = {
  id: 'getTool',
  method: 'GET',
  path: '/v1/tools/{name}',
  summary: 'Get one tool with the schema of its arguments',
  guard: { kind: 'corridor' },
  audit: { kind: 'none', reason: 'reads names and descriptions only' },
  params: { name: 'Name of the tool' },
  output: toolSummary,
  errors: ['unauthenticated', 'forbidden', 'tool_not_found'],
  handle: async ({ params, exchange }, { corridor }) =>
    summaryOf(await corridor.get({ authorization: authorizationOf(exchange), tool: params['name'] ?? '' })),
};
