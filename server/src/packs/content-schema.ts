// The content blocks that a function may return, held against the wire type.
import type { ContentBlock } from '@toolcrib/client';
import { z } from 'zod';

const base64 = z.base64();
const resource = { uri: z.string().min(1), mimeType: z.string().exactOptional() };

export const contentSchema: z.ZodType<readonly ContentBlock[]> = z.array(
  z.union([
    z.strictObject({ type: z.literal('text'), text: z.string() }),
    z.strictObject({ type: z.enum(['image', 'audio']), data: base64, mimeType: z.string().min(1) }),
    z.strictObject({
      type: z.literal('resource'),
      resource: z.union([
        z.strictObject({ ...resource, text: z.string() }),
        z.strictObject({ ...resource, blob: base64 }),
      ]),
    }),
  ]),
);
