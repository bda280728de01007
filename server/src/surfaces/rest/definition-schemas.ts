// What the operations on definitions take and answer.
import type { Definition as DefinitionOnWire, DefinitionSummary, Fault, JsonObject } from '@toolcrib/client';
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { definitionEntities } from '../../definitions/definition.ts';
import type { Definition, DefinitionKey } from '../../definitions/definition.ts';
import { fault, id, instant } from './schemas.ts';

/** As JSON text gives them; what they mean is decided as for a tool file. */
export const definitionFields = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>;
const entity = z.enum(definitionEntities);

const summary = {
  entity,
  name: z.string(),
  type: z.string().nullable(),
  created_at: instant,
  updated_at: instant,
  updated_by: id,
  faults: z.array(fault),
};

export const definitionSummary = z
  .object(summary)
  .meta({ id: 'DefinitionSummary' }) satisfies z.ZodType<DefinitionSummary>;
export const definition = z
  .object({ ...summary, fields: definitionFields })
  .meta({ id: 'Definition' }) satisfies z.ZodType<DefinitionOnWire>;

export const definitionParams = {
  entity: `One of ${definitionEntities.join(', ')}`,
  name: 'Name of the source, tool or toolset',
} as const;

/** Throws `not_found` for what is no sort of definition. */
export function definitionKey(params: Readonly<Record<string, string>>): DefinitionKey {
  const sort = entity.safeParse(params['entity']);
  if (!sort.success) throw new ToolcribError('not_found');
  return { entity: sort.data, name: params['name'] ?? '' };
}

export type FaultyDefinition = Definition & { readonly faults: readonly Fault[] };

export function summaryOnWire(one: FaultyDefinition): DefinitionSummary {
  const { entity: sort, name, body, created_at, updated_at, updated_by, faults } = one;
  const type = body['kind'] ?? body['type'];
  return {
    entity: sort,
    name,
    type: typeof type === 'string' ? type : null,
    created_at: new Date(created_at).toISOString(),
    updated_at: new Date(updated_at).toISOString(),
    updated_by,
    faults,
  };
}

export function definitionOnWire(one: FaultyDefinition): DefinitionOnWire {
  return { ...summaryOnWire(one), fields: one.body };
}
