// POST /v1/files: keeps the bytes of the body as a file of the caller's.
import type { NewFileQuery, StoredFile } from '@toolcrib/client';
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import { saveFile as save } from '../../files/stored-files.ts';
import { actorOf } from '../../identity/principal.ts';
import { readBody } from '../http.ts';
import { fileOnWire, storedFile } from './file-schemas.ts';
import type { Operation } from './operation.ts';

const query = z.strictObject({
  name: z.string().describe('What it is called: a label, never a path'),
  expires_in_s: z.coerce
    .number()
    .int()
    .min(1)
    .max(limits.file_of_tool_max_ms / 1_000)
    .exactOptional()
    .describe('Deleted by itself after this long; kept until it is deleted when absent'),
}) satisfies z.ZodType<NewFileQuery>;

export const saveFile: Operation<z.output<typeof query>, unknown, StoredFile> = {
  id: 'saveFile',
  method: 'POST',
  path: '/v1/files',
  summary: 'Save the body as a file of your own, with the media type that the header says where it is harmless',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'change' },
  params: {},
  query,
  takes_bytes: true,
  output: storedFile,
  status: 201,
  errors: ['file_refused', 'rate_limited', 'call_cancelled'],
  handle: async ({ principal, query: { name, expires_in_s }, exchange }, deps) => {
    const leave = deps.uploads.enter(principal.tenant_id);
    try {
      const content = await readBody(exchange, limits.file_bytes);
      const media_type = exchange.request.headers['content-type'];
      const expires_in_ms = expires_in_s === undefined ? undefined : expires_in_s * 1_000;
      const file = { name, content, media_type, expires_in_ms };
      return fileOnWire(await save(deps, { owner: principal, actor: actorOf(principal), file }));
    } finally {
      leave();
    }
  },
};
