// GET /v1/tools: what the caller could call, and nothing else.
import type { ToolList, ToolSummary } from '@toolcrib/client';
import { z } from 'zod';
import { neededTokens } from '../../catalog/needed-tokens.ts';
import { sourceTypeOf } from '../../catalog/source-type.ts';
import type { Tool } from '../../catalog/tool.ts';
import { authorizationOf } from '../web/browser.ts';
import type { Operation } from './operation.ts';
import { toolSummary } from './schemas.ts';

const query = z.strictObject({ toolset: z.string().optional().describe('Only the tools of this toolset') });

export const listTools: Operation<z.output<typeof query>, unknown, ToolList> = {
  id: 'listTools',
  method: 'GET',
  path: '/v1/tools',
  summary: 'List the tools that the caller can call',
  guard: { kind: 'corridor' },
  audit: { kind: 'none', reason: 'reads names and descriptions only' },
  params: {},
  query,
  output: z.object({ tools: z.array(toolSummary) }),
  errors: ['unauthenticated', 'forbidden', 'toolset_not_found'],
  handle: async ({ query: { toolset }, exchange }, { corridor }) => {
    const tools = await corridor.list({ authorization: authorizationOf(exchange), toolset });
    return { tools: tools.map((tool) => summaryOf(tool)) };
  },
};

export function summaryOf(tool: Tool): ToolSummary {
  const { name, title, description, kind, danger, read_only, untrusted, version, input_schema, output_schema } = tool;
  const tokens = neededTokens(tool);
  return {
    name,
    ...(title === undefined ? {} : { title }),
    description,
    kind,
    danger,
    category: tool.category ?? 'other',
    source_type: sourceTypeOf(tool),
    read_only,
    ...(untrusted === undefined ? {} : { untrusted }),
    version,
    input_schema,
    ...(output_schema === undefined ? {} : { output_schema }),
    ...(tokens === undefined ? {} : { tokens }),
  };
}
