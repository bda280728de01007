// PUT /v1/packs/{code}/settings: what the tenant, or one of its workspaces, says of a pack. What is not named stays.
import type { Pack, PackSettingsBody } from '@toolcrib/client';
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import { actorOf } from '../../identity/principal.ts';
import { toChange } from '../../packs/setting-change.ts';
import { changeSettings } from '../../packs/setting-store.ts';
import type { Operation } from './operation.ts';
import { pack, packNamed, packParams, showPack } from './pack-schemas.ts';
import { id } from './schemas.ts';

const connection_text = z.string().min(1).max(limits.pack_connection_characters).nullable();

const body = z.strictObject({
  workspace_id: id.exactOptional().describe('The workspace whose settings they are; absent: the whole tenant'),
  connection_type: z.enum(['local', 'remote']).exactOptional(),
  remote_cluster_url: connection_text.exactOptional().describe('Where the remote service is; null takes it away'),
  remote_connection_id: connection_text.exactOptional().describe('The id of the connection there'),
  config: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).nullable())
    .exactOptional()
    .describe('Values by field; null takes one away. A secret goes in and never comes out'),
}) satisfies z.ZodType<PackSettingsBody>;

export const setPackSettings: Operation<unknown, z.output<typeof body>, Pack> = {
  id: 'setPackSettings',
  method: 'PUT',
  path: '/v1/packs/{code}/settings',
  summary: 'Set what the tenant or a workspace says of a pack',
  guard: { kind: 'permission', permission: 'packs.write' },
  audit: { kind: 'change' },
  params: packParams,
  body,
  output: pack,
  errors: ['not_found', 'vault_unavailable'],
  handle: async ({ principal, params, body: given }, deps) => {
    const found = packNamed(deps, params['code']);
    const { workspace_id = null } = given;
    const change = toChange(found, given, workspace_id === null ? 'tenant' : 'workspace');
    const key = { tenant_id: principal.tenant_id, code: found.code, workspace_id };
    await changeSettings(deps, actorOf(principal), { ...key, change });
    deps.forgetIdentities();
    return showPack(deps, principal, { of: found, workspace_id });
  },
};
