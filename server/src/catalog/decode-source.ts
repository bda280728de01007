// One source of a configuration file: its kind, and the kind's own fields.
import { bodyFields, decodeEntity, findKind, kindFields } from './decode-entity.ts';
import type { Decoded } from './decode-entity.ts';
import { decodeFields } from './decode-fields.ts';
import type { Environment } from './decoding.ts';
import type { SourceKind } from './source.ts';
import type { Entity } from './split-entities.ts';

export interface SourceDefinition {
  readonly name: string;
  readonly kind: SourceKind;
  /** What the kind's schema made of the fields. */
  readonly config: unknown;
}

export interface SourceDecoding {
  readonly file: string;
  readonly environment: Environment;
  readonly kinds: readonly SourceKind[];
}

/** Decodes a source without opening it. */
export function decodeSource(entity: Entity, options: SourceDecoding): Decoded<SourceDefinition> {
  return decodeEntity(entity, options, (body, decoding) => {
    const fields = bodyFields(entity, body, decoding);
    if (fields === undefined) return undefined;
    const kind = findKind({ entity, body: fields }, options.kinds, decoding);
    if (kind === undefined) return undefined;
    const at = {
      node: kindFields(entity, fields, []),
      path: entity.path,
      place: entity.place,
      other_fields: entity.type_keys,
    };
    const config = decodeFields(kind.fields, at, decoding);
    return { name: entity.name, kind, config };
  });
}
