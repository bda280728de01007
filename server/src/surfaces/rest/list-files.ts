// GET /v1/files: the caller's own files, without their bytes.
import type { FileList } from '@toolcrib/client';
import { z } from 'zod';
import { listFiles as list } from '../../files/stored-files.ts';
import { fileOnWire, storedFile } from './file-schemas.ts';
import type { Operation } from './operation.ts';
import { nextOf, page } from './page.ts';
import { id } from './schemas.ts';

export const listFiles: Operation<z.output<typeof page>, unknown, FileList> = {
  id: 'listFiles',
  method: 'GET',
  path: '/v1/files',
  summary: 'List your own files, newest first',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'none', reason: "shows a person's own files to that person" },
  params: {},
  query: page,
  output: z.object({ files: z.array(storedFile), next: id.exactOptional() }),
  errors: [],
  handle: async ({ principal, query }, deps) => {
    const files = (await list(deps, { owner: principal, ...query })).map(fileOnWire);
    return { files, ...nextOf(files, query.limit) };
  },
};
