// GET /v1/files/{id}: one of the caller's own files, without its bytes.
import type { StoredFile } from '@toolcrib/client';
import { getFile as get } from '../../files/stored-files.ts';
import { fileOnWire, storedFile } from './file-schemas.ts';
import { idParam } from './id-param.ts';
import type { Operation } from './operation.ts';

export const getFile: Operation<unknown, unknown, StoredFile> = {
  id: 'getFile',
  method: 'GET',
  path: '/v1/files/{id}',
  summary: 'Show one of your own files',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'none', reason: "shows a person's own file to that person" },
  params: { id: 'Id of the file' },
  output: storedFile,
  errors: ['not_found'],
  handle: async ({ principal, params }, deps) => fileOnWire(await get(deps, principal, { id: idParam(params, 'id') })),
};
