// One document of a configuration file into its entities, from the map format (`tools: {name: …}`) or the flat one
// (`kind: tool`, `name: …`). What an entity's fields mean is decided by the decoders.
import { describeNode, tell, tellShape } from './decoding.ts';
import type { Decoding } from './decoding.ts';
import { shortened } from './describe-value.ts';
import { isToolboxName, notSupported, tellUnknownField } from './decode-fields.ts';
import { filterEntries, joinPath } from './located.ts';
import type { Located, LocatedEntry, LocatedMap, Place } from './located.ts';
import { isName, nameRule } from './names.ts';
import { nearHint } from '../base/nearest-names.ts';

/** The sorts of entities, with the sections of the map format and the words of the flat format that mean them. */
const sorts = {
  source: { sections: ['sources'], words: ['source'] },
  'auth service': { sections: ['authServices', 'authSources'], words: ['authService'] },
  tool: { sections: ['tools'], words: ['tool'] },
  toolset: { sections: ['toolsets'], words: ['toolset', 'group'] },
  prompt: { sections: ['prompts'], words: ['prompt'] },
  resource: { sections: ['resources'], words: ['resource'] },
  'resource template': { sections: ['resourceTemplates'], words: ['resourceTemplate'] },
} as const satisfies Record<string, { readonly sections: readonly string[]; readonly words: readonly string[] }>;

export type EntityKind = keyof typeof sorts;

interface Sort {
  readonly entity: EntityKind;
  readonly sections: readonly string[];
  readonly words: readonly string[];
}

const entitySorts: readonly Sort[] = (Object.keys(sorts) as readonly EntityKind[]).map((entity) => ({
  entity,
  ...sorts[entity],
}));
const sectionNames = entitySorts.flatMap(({ sections }) => sections);
const flatWords = entitySorts.flatMap(({ words }) => words);

export interface Entity {
  readonly entity: EntityKind;
  /** As written; not a valid name when `name_is_valid` is false. */
  readonly name: string;
  readonly name_is_valid: boolean;
  /** `tools.search`, in both formats. */
  readonly path: string;
  /** Of the name. */
  readonly place: Place;
  /** Its fields, without the name and, in the flat format, without `kind`. */
  readonly body: Located;
  /** The keys that may hold its type. */
  readonly type_keys: readonly string[];
}

/** All entities of one document; what belongs to none of them is told. */
export function splitEntities(root: Located, decoding: Decoding): readonly Entity[] {
  if (root.kind !== 'map') {
    tellDefects(root, '', decoding);
    tellShape(decoding, root, { path: '', expected: 'sources, tools or toolsets' });
    return [];
  }
  return root.entries.has('kind') ? splitFlat(root, decoding) : splitSections(root, decoding);
}

function tellDefects(node: Located, path: string, decoding: Decoding): void {
  for (const defect of node.defects ?? []) {
    const defect_path = path === '' ? defect.path.replace(/^\./, '') : `${path}${defect.path}`;
    tell(decoding, defect.place, { ...defect, path: defect_path });
  }
}

function splitSections(root: LocatedMap, decoding: Decoding): readonly Entity[] {
  tellDefects(root, '', decoding);
  const entities: Entity[] = [];
  for (const [key, { key_place, value }] of root.entries) {
    const entity = entitySorts.find(({ sections }) => sections.includes(key))?.entity;
    if (entity === undefined) {
      tellUnknownField(decoding, key_place, { path: key, key, valid: [...sectionNames, 'kind'] });
    } else if (value.kind === 'map') {
      tellDefects(value, key, decoding);
      for (const [name, entry] of value.entries)
        entities.push(sectionEntity({ entity, section: key }, name, entry, decoding));
    } else if (value.kind === 'list' || value.value !== null || value.defects !== undefined) {
      tellDefects(value, key, decoding);
      tellShape(decoding, value, { path: key, expected: `an object with one entry per ${entity}` });
    }
  }
  return entities;
}

function sectionEntity(
  { entity, section }: { readonly entity: EntityKind; readonly section: string },
  name: string,
  { key_place, value }: LocatedEntry,
  decoding: Decoding,
): Entity {
  const path = joinPath(section, [name]);
  const name_is_valid = isName(name);
  if (!name_is_valid) {
    const message = `"${shortened(name)}" is not a valid name`;
    tell(decoding, key_place, { path, message, hint: nameRule });
  }
  return { entity, name, name_is_valid, path, place: key_place, body: value, type_keys: ['kind', 'type'] };
}

function splitFlat(root: LocatedMap, decoding: Decoding): readonly Entity[] {
  const kind = root.entries.get('kind')?.value;
  const sort = entitySorts.find(({ words }) => kind?.kind === 'scalar' && words.includes(String(kind.value)));
  if (sort === undefined) {
    if (kind !== undefined) tellUnknownKind(kind, decoding);
    return [];
  }
  const name = root.entries.get('name')?.value;
  const text = name?.kind === 'scalar' && typeof name.value === 'string' ? name.value : '';
  if (!isName(text)) {
    const message = name === undefined ? '"name" is missing' : `${describeNode(name, decoding)} is not a valid name`;
    tell(decoding, name?.place ?? root.place, { path: 'name', message, hint: nameRule });
  }
  return [
    {
      entity: sort.entity,
      name: text,
      name_is_valid: isName(text),
      path: joinPath(sort.sections[0] ?? '', [text === '' ? '?' : text]),
      place: name?.place ?? root.place,
      body: filterEntries(root, (key) => key !== 'kind' && key !== 'name'),
      type_keys: ['type'],
    },
  ];
}

function tellUnknownKind(kind: Located, decoding: Decoding): void {
  const message = `expected "kind" to be one of ${flatWords.join(', ')}, got ${describeNode(kind, decoding)}`;
  const near = kind.kind === 'scalar' ? nearHint(String(kind.value), flatWords) : undefined;
  const hint = kind.kind === 'scalar' && isToolboxName(kind.value) ? notSupported : near;
  tell(decoding, kind.place, { path: 'kind', message, hint });
}

/** The word of the flat format for the entities of a section; undefined when there is no such section. */
export function flatWord(section: string): string | undefined {
  return entitySorts.find(({ sections }) => sections.includes(section))?.words[0];
}
