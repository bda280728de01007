// GET /v1/files/{id}/content: the bytes of one of the caller's own files.
import { z } from 'zod';
import { getFile } from '../../files/stored-files.ts';
import { fileAnswer } from '../files/file-answer.ts';
import { idParam } from './id-param.ts';
import type { Operation } from './operation.ts';

export const getFileContent: Operation<unknown, unknown, string> = {
  id: 'getFileContent',
  method: 'GET',
  path: '/v1/files/{id}/content',
  summary: 'Fetch the bytes of one of your own files',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'none', reason: "shows a person's own file to that person" },
  params: { id: 'Id of the file' },
  output: z.string(),
  media_type: '*/*',
  errors: ['not_found'],
  handle: async ({ principal, params }, deps) => {
    const file = await getFile(deps, principal, { id: idParam(params, 'id') });
    return fileAnswer(deps, { tenant_id: principal.tenant_id, file });
  },
};
