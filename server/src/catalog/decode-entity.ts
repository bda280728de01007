// What the decoding of sources, tools and toolsets has in common: the type, and the fields beside it.
import type { z } from 'zod';
import { nearHint } from '../base/nearest-names.ts';
import { decodeFields } from './decode-fields.ts';
import { readVariables } from './decode-variables.ts';
import { shortened } from './describe-value.ts';
import { noEnvironment, tell, tellShape } from './decoding.ts';
import type { Decoding, Environment } from './decoding.ts';
import { fillPlaceholders } from './fill-placeholders.ts';
import { filterEntries } from './located.ts';
import type { Located, LocatedMap, LocatedScalar } from './located.ts';
import type { Entity } from './split-entities.ts';

/** An entity on its way: decoded as far as it could be, with everything that linking needs to point at its lines. */
export interface Decoded<Definition> {
  readonly entity: Entity;
  /** With placeholders filled in. */
  readonly body: Located;
  readonly decoding: Decoding;
  /** What could be made of it; to be used only while the decoding has no faults. */
  readonly definition: Definition | undefined;
}

/** Decodes one entity with its own list of faults. */
export function decodeEntity<Definition>(
  entity: Entity,
  options: { readonly file: string; readonly environment: Environment },
  decode: (body: Located, decoding: Decoding) => Definition | undefined,
): Decoded<Definition> {
  const decoding: Decoding = {
    file: options.file,
    show_values: entity.entity !== 'source' && entity.entity !== 'auth service',
    faults: [],
    filled: new Map(),
  };
  const { environment } = options;
  const body =
    environment === noEnvironment ? entity.body : fillPlaceholders(entity.body, entity.path, { environment, decoding });
  return { entity, body, decoding, definition: decode(body, decoding) };
}

/** The fields of an entity, or undefined after telling that it has none. */
export function bodyFields(entity: Entity, body: Located, decoding: Decoding): LocatedMap | undefined {
  if (body.kind === 'map') return body;
  tellShape(decoding, body, { path: entity.path, expected: `the fields of a ${entity.entity}` });
  return undefined;
}

export interface TypedEntity {
  readonly entity: Entity;
  readonly body: LocatedMap;
}

/** What could be made of an entity whose fields are its kind's. */
export interface KindDefinition<Kind> {
  readonly name: string;
  readonly kind: Kind;
  /** What the kind's schema made of the fields. */
  readonly config: unknown;
}

/** Decodes an entity that has no fields beside those of its kind. */
export function decodeByKind<Kind extends NamedType & { readonly fields: z.ZodType }>(
  entity: Entity,
  options: { readonly file: string; readonly environment: Environment; readonly kinds: readonly Kind[] },
): Decoded<KindDefinition<Kind>> {
  return decodeEntity(entity, options, (body, decoding) => {
    const fields = bodyFields(entity, body, decoding);
    if (fields === undefined) return undefined;
    const kind = findKind({ entity, body: fields }, options.kinds, decoding);
    if (kind === undefined) return undefined;
    const { path, place, type_keys } = entity;
    const at = { node: kindFields(entity, fields, []), path, place, other_fields: type_keys };
    if (entity.entity === 'auth service') readVariables({ fields, path, allowed: [] }, decoding);
    return { name: entity.name, kind, config: decodeFields(kind.fields, at, decoding) };
  });
}

interface NamedType {
  readonly type: string;
  readonly aliases: readonly string[];
}

/** The kind that the type of an entity names, or undefined after telling why there is none. */
export function findKind<Kind extends NamedType>(
  { entity, body }: TypedEntity,
  kinds: readonly Kind[],
  decoding: Decoding,
): Kind | undefined {
  const key = entity.type_keys.find((candidate) => body.entries.has(candidate));
  const given = key === undefined ? undefined : body.entries.get(key)?.value;
  if (key === undefined || given === undefined) {
    const wanted = entity.type_keys.at(-1) ?? 'type';
    const hint = nearHint('', typeNames(kinds));
    tell(decoding, entity.place, { path: `${entity.path}.${wanted}`, message: `"${wanted}" is missing`, hint });
    return undefined;
  }
  const path = `${entity.path}.${key}`;
  if (given.kind !== 'scalar' || typeof given.value !== 'string') {
    tellShape(decoding, given, { path, expected: 'the name of a type' });
    return undefined;
  }
  tellDifferentTypes({ entity, body }, given, decoding);
  const kind = kinds.find(({ type, aliases }) => type === given.value || aliases.includes(String(given.value)));
  if (kind === undefined) {
    const message = `there is no type of ${entity.entity} "${shortened(given.value)}"`;
    tell(decoding, given.place, { path, message, hint: nearHint(given.value, typeNames(kinds)) });
  }
  return kind;
}

function tellDifferentTypes({ entity, body }: TypedEntity, first: LocatedScalar, decoding: Decoding): void {
  for (const key of entity.type_keys) {
    const other = body.entries.get(key)?.value;
    if (other === undefined || (other.kind === 'scalar' && other.value === first.value)) continue;
    const message = '"kind" and "type" mean the same and say different things';
    tell(decoding, other.place, { path: `${entity.path}.${key}`, message, hint: 'Write one of the two.' });
  }
}

function typeNames(kinds: readonly NamedType[]): readonly string[] {
  return kinds.flatMap(({ type, aliases }) => [type, ...aliases]);
}

/** The fields that belong to the kind: all but those that are decoded for every kind. */
export function kindFields(entity: Entity, body: LocatedMap, common: readonly string[]): LocatedMap {
  return filterEntries(body, (key) => !entity.type_keys.includes(key) && !common.includes(key));
}
