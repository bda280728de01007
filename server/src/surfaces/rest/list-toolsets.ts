// GET /v1/toolsets: the named lists of tools that the caller may see.
import type { ToolsetList } from '@toolcrib/client';
import { z } from 'zod';
import type { Operation } from './operation.ts';

const toolset = z.object({ name: z.string(), description: z.string().exactOptional(), tools: z.array(z.string()) });

export const listToolsets: Operation<unknown, unknown, ToolsetList> = {
  id: 'listToolsets',
  method: 'GET',
  path: '/v1/toolsets',
  summary: 'List the toolsets that the caller can see',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'none', reason: 'reads names and descriptions only' },
  params: {},
  output: z.object({ toolsets: z.array(toolset) }),
  errors: [],
  handle: async ({ principal }, { catalogueOf }) => ({
    toolsets: (await catalogueOf(principal))
      .visibleToolsets(principal.tenant_id)
      .map(({ name, description, tool_names }) => ({
        name,
        ...(description === undefined ? {} : { description }),
        tools: tool_names,
      })),
  }),
};
