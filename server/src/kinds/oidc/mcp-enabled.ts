// The field `mcpEnabled` of MCP Toolbox: understood, and refused where it would change what guards the MCP endpoint.
import { z } from 'zod';

export const mcpEnabled: z.ZodType<boolean | undefined> = z
  .boolean()
  .refine(
    (enabled) => !enabled,
    'The MCP endpoint is guarded by API keys; tokens of this service come in a header of their own, <name>_token',
  )
  .optional()
  .describe('Only false: tokens of this service come in the header <name>_token');
