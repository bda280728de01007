// Schemas of packs, held equal to the wire types of the client package; and how an operation finds the pack it is about.
import type { Pack as PackOnWire, PackField, PackSummary } from '@toolcrib/client';
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import type { Principal } from '../../identity/principal.ts';
import { packDetail } from '../../packs/pack-view.ts';
import { settingTypes } from '../../packs/manifest.ts';
import type { Pack } from '../../packs/pack.ts';
import type { RestDeps } from './operation.ts';
import { id } from './schemas.ts';

const danger = z.enum(['low', 'medium', 'high', 'critical']);

export const packSummary = z
  .object({
    code: z.string(),
    display_name: z.string(),
    version: z.string(),
    type: z.enum(['system', 'feature']),
    description: z.string(),
    enabled: z.boolean(),
    configured: z.boolean(),
    tools: z.number().int(),
  })
  .meta({ id: 'PackSummary' }) satisfies z.ZodType<PackSummary>;

const field = z
  .object({
    name: z.string(),
    type: z.enum(settingTypes),
    title: z.string(),
    description: z.string(),
    required: z.boolean(),
    secret: z.boolean(),
    address: z.boolean(),
    env_var: z.string().nullable(),
    is_set: z.boolean(),
    value: z.union([z.string(), z.number(), z.boolean()]).nullable(),
    origin: z.enum(['system', 'workspace', 'tenant', 'environment', 'default']).nullable(),
    problem: z.string().nullable(),
  })
  .meta({ id: 'PackField' }) satisfies z.ZodType<PackField>;

export const pack = packSummary
  .extend({
    workspace_id: id.nullable(),
    tool_list: z.array(
      z.object({
        name: z.string(),
        description: z.string(),
        provider: z.string().nullable(),
        source_type: z.enum(['function', 'remote']),
        danger,
        category: z.string(),
        read_only: z.boolean(),
        systems: z.array(z.string()),
      }),
    ),
    fields: z.array(field),
    connection: z.object({
      connection_type: z.enum(['local', 'remote']),
      remote_cluster_url: z.string().nullable(),
      remote_connection_id: z.string().nullable(),
    }),
    ui_schema: z.record(z.string(), z.json()).nullable(),
    routes: z.array(z.object({ method: z.string(), path: z.string(), summary: z.string() })),
  })
  .meta({ id: 'Pack' }) satisfies z.ZodType<PackOnWire>;

export const packParams = { code: 'Code of the pack' };

/** Throws `not_found`. */
export function packNamed({ packs }: RestDeps, code: string | undefined): Pack {
  const found = code === undefined ? undefined : packs.live.find(code);
  if (found === undefined) throw new ToolcribError('not_found');
  return found;
}

/** The pack as it is now, read anew. */
export async function showPack(
  { packs }: RestDeps,
  { tenant_id }: Principal,
  { of, workspace_id }: { readonly of: Pack; readonly workspace_id: string | null },
): Promise<PackOnWire> {
  const rows = await packs.reader.rowsNow(tenant_id);
  return packDetail(of, { rows, workspace_id, settings: packs.reader.resolve(of, rows, workspace_id) });
}
