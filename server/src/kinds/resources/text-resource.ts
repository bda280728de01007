// The resource kind `text`: the text stands in the configuration itself.
import { z } from 'zod';
import type { ResourceKind } from '../../catalog/resource.ts';

export const textResource: ResourceKind<{ readonly text: string }> = {
  type: 'text',
  aliases: [],
  fields: z.strictObject({ text: z.string().min(1).describe('What the resource holds') }),
  open: ({ text }) => ({
    mime_type: 'text/plain',
    size_bytes: Buffer.byteLength(text),
    read: () => Promise.resolve({ text }),
  }),
};
