// What a tenant defines over the API: a source, a tool or a toolset, in the words of a tool file.
import type { Fault } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';

export const definitionEntities = ['source', 'tool', 'toolset'] as const;
export type DefinitionEntity = (typeof definitionEntities)[number];

export interface DefinitionKey {
  readonly entity: DefinitionEntity;
  readonly name: string;
}

export interface DefinitionDraft extends DefinitionKey {
  /** The fields as a tool file has them, without the name. */
  readonly body: JsonObject;
}

export interface Definition extends DefinitionDraft {
  /** Milliseconds since 1970. */
  readonly created_at: number;
  readonly updated_at: number;
  readonly updated_by: string;
}

/** What is wrong with one of them. Paths are those of a tool file: `sources.crm.baseUrl`. */
export interface FaultyDefinition extends DefinitionKey {
  readonly faults: readonly Fault[];
}

/** Whether it is an application that does hand-offs. */
export function isHandOffClient({ entity, body }: DefinitionDraft): boolean {
  return entity === 'source' && (body['kind'] ?? body['type']) === 'handoff';
}

/** As a key of maps and in the paths of faults: `sources.crm`. */
export function pathOf({ entity, name }: DefinitionKey): string {
  return `${entity}s.${name}`;
}
