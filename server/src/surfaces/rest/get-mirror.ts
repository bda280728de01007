// GET /v1/sources/{name}/mirror: the tools of another server that a source mirrors: which are accepted, and what has changed.
import type { Mirror, MirroredTool } from '@toolcrib/client';
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { canonicalJson } from '../../base/json.ts';
import type { NamedSource } from '../../catalog/catalogue.ts';
import { isMirroring } from '../../catalog/mirror.ts';
import type { MirrorRow } from '../../definitions/mirror/mirror-rows.ts';
import type { ToolState } from '../../definitions/mirror/mirror-state.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Operation, RestDeps } from './operation.ts';
import { instant, jsonObject } from './schemas.ts';

const definitionSchema = jsonObject.nullable();
const toolSchema = z.object({
  name: z.string(),
  state: z.enum(['ok', 'quarantined', 'gone']),
  hash: z.string().nullable(),
  accepted: definitionSchema,
  seen_hash: z.string().nullable(),
  seen: definitionSchema,
  changed: z.array(z.string()),
});
export const mirror = z.object({
  source: z.string(),
  of: z.enum(['server', 'tenant']),
  looked_at: instant.nullable(),
  tools: z.array(toolSchema),
  refused: z.array(z.object({ name: z.string(), problem: z.string() })),
});

export const getMirror: Operation<unknown, unknown, Mirror> = {
  id: 'getMirror',
  method: 'GET',
  path: '/v1/sources/{name}/mirror',
  summary: 'Show the tools of another MCP server: which are accepted, and what has changed since',
  guard: { kind: 'permission', permission: 'sources.read' },
  audit: { kind: 'none', reason: 'reads definitions only' },
  params: { name: 'Name of the source' },
  output: mirror,
  errors: ['not_found'],
  handle: async ({ principal, params }, deps) => {
    const { name, scope } = await findMirroring(deps, principal, params['name'] ?? '');
    return mirrorOnWire({ name, scope }, await deps.mirrors.read({ scope, source: name }));
  },
};

/** The tenant's own of this name, else the server's. Throws `not_found`. */
export async function findMirroring(deps: RestDeps, principal: Principal, name: string): Promise<NamedSource> {
  const { sources } = await deps.catalogueOf(principal);
  const named = sources.filter((one) => one.name === name && isMirroring(one.source));
  const own = named.find(({ scope }) => scope.kind === 'tenant' && scope.tenant_id === principal.tenant_id);
  const found = own ?? named.find(({ scope }) => scope.kind === 'system');
  if (found === undefined) throw new ToolcribError('not_found');
  return found;
}

export function mirrorOnWire(
  { name, scope }: Pick<NamedSource, 'name' | 'scope'>,
  row: (Omit<MirrorRow, 'looked_at'> & { readonly looked_at: number }) | undefined,
): Mirror {
  const is_own = scope.kind === 'tenant';
  const tools = row?.tools ?? [];
  return {
    source: name,
    of: is_own ? 'tenant' : 'server',
    looked_at: row === undefined ? null : new Date(row.looked_at).toISOString(),
    // What the operator has not accepted is the operator's to look at.
    tools: tools.filter(({ hash }) => is_own || hash !== null).map((one) => toolOnWire(one, is_own)),
    refused: is_own ? (row?.refused ?? []) : [],
  };
}

function toolOnWire(tool: ToolState, shows_seen: boolean): MirroredTool {
  const { name, state, hash, definition: accepted, seen_hash, seen_definition: seen } = tool;
  return {
    ...{ name, state, hash, accepted },
    ...(shows_seen ? { seen_hash, seen, changed: changedFields(tool) } : { seen_hash: null, seen: null, changed: [] }),
  };
}

/** What of the definition differs. Nothing, though the hash does: only characters that cannot be seen, or their order. */
function changedFields({ definition, seen_definition }: ToolState): readonly string[] {
  if (definition === null || seen_definition === null) return [];
  const fields = [...new Set([...Object.keys(definition), ...Object.keys(seen_definition)])];
  const textOf = (object: typeof definition, field: string): string => canonicalJson(object[field] ?? null);
  return fields.filter((field) => textOf(definition, field) !== textOf(seen_definition, field));
}
