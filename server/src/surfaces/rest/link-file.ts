// POST /v1/files/{id}/link: a link with which anybody can fetch the file for a while.
import type { FileLink, NewFileLinkBody } from '@toolcrib/client';
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import { linkTo } from '../../files/file-links.ts';
import { getFile } from '../../files/stored-files.ts';
import { actorOf } from '../../identity/principal.ts';
import { recordChange } from '../../ledger/changes.ts';
import { fileLink } from './file-schemas.ts';
import { idParam } from './id-param.ts';
import type { Operation } from './operation.ts';

const body = z.strictObject({
  expires_in_s: z
    .int()
    .min(1)
    .max(limits.file_link_ms / 1_000)
    .default(limits.file_link_ms / 1_000)
    .describe('How long it can be used; 24 hours at most'),
}) satisfies z.ZodType<NewFileLinkBody>;

export const linkFile: Operation<unknown, z.output<typeof body>, FileLink> = {
  id: 'linkFile',
  method: 'POST',
  path: '/v1/files/{id}/link',
  summary: 'Make a link with which anybody can fetch one of your own files for a while',
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'change' },
  params: { id: 'Id of the file' },
  body,
  output: fileLink,
  status: 201,
  errors: ['not_found', 'vault_unavailable'],
  handle: async ({ principal, params, body: { expires_in_s }, exchange }, deps) => {
    const { tenant_id } = principal;
    const file = await getFile(deps, principal, { id: idParam(params, 'id') });
    const { path, expires_at } = await linkTo(deps, tenant_id, { file, expires_in_ms: expires_in_s * 1_000 });
    const change = { tenant_id, actor: actorOf(principal), action: 'file-linked', target_id: file.id } as const;
    await deps.store.inTenant(tenant_id, (db) => recordChange(db, deps, change));
    const url = deps.addresses.urlFor(exchange.request.headers.host, path);
    return { url, expires_at: new Date(expires_at).toISOString() };
  },
};
