// One toolset of a configuration file: a list of names (map format), or an object with the list (flat format).
import { z } from 'zod';
import { bodyFields, decodeEntity } from './decode-entity.ts';
import type { Decoded } from './decode-entity.ts';
import { decodeFields } from './decode-fields.ts';
import { quoteName, tell, tellShape } from './decoding.ts';
import type { Decoding, Environment } from './decoding.ts';
import { joinPath, locate } from './located.ts';
import type { LocatedList, Place } from './located.ts';
import type { Entity } from './split-entities.ts';

export interface ToolsetDefinition {
  readonly name: string;
  readonly description?: string;
  readonly references: Readonly<Record<ToolsetList, readonly Reference[]>>;
}

/** The lists of names that a toolset may have; those of the map format, which are plain lists, name tools. */
export type ToolsetList = 'tools' | 'prompts' | 'resources' | 'resourceTemplates';

export interface Reference {
  readonly name: string;
  /** As faults may name it. */
  readonly shown: string;
  readonly path: string;
  readonly place: Place;
}

const names = z.array(z.unknown()).default([]);
const toolsetFields = z.strictObject({
  description: z.string().optional().describe('What the tools have in common.'),
  tools: names.describe('Names of tools.'),
  prompts: names.describe('Names of prompts.'),
  resources: names.describe('Names of resources.'),
  resourceTemplates: names.describe('Names of resource templates.'),
});

/** What each list names. */
export const toolsetWords: Readonly<Record<ToolsetList, string>> = {
  tools: 'tool',
  prompts: 'prompt',
  resources: 'resource',
  resourceTemplates: 'resource template',
};

/** Decodes a toolset; whether its tools exist is the link's question. */
export function decodeToolset(
  entity: Entity,
  options: { readonly file: string; readonly environment: Environment },
): Decoded<ToolsetDefinition> {
  return decodeEntity(entity, options, (body, decoding) => {
    const { name, path, place } = entity;
    if (body.kind === 'list') {
      return { name, references: { ...none, tools: readNames('tools', { list: body, path }, decoding) } };
    }
    const node = bodyFields(entity, body, decoding);
    if (node === undefined) return undefined;
    const fields = decodeFields(toolsetFields, { node, path, place }, decoding);
    const read = (key: ToolsetList): readonly Reference[] => {
      const list = locate(node, [key]).node;
      return list?.kind === 'list' ? readNames(key, { list, path: `${path}.${key}` }, decoding) : [];
    };
    if (!(Object.keys(none) as ToolsetList[]).some((key) => node.entries.has(key))) {
      tell(decoding, place, { path: `${path}.tools`, message: '"tools" is missing' });
    }
    const references = {
      tools: read('tools'),
      prompts: read('prompts'),
      resources: read('resources'),
      resourceTemplates: read('resourceTemplates'),
    };
    return { name, references, ...(fields?.description === undefined ? {} : { description: fields.description }) };
  });
}

const none: ToolsetDefinition['references'] = { tools: [], prompts: [], resources: [], resourceTemplates: [] };

function readNames(
  key: ToolsetList,
  { list, path: list_path }: { readonly list: LocatedList; readonly path: string },
  decoding: Decoding,
): readonly Reference[] {
  const first_lines = new Map<string, number>();
  return list.items.flatMap((item, index) => {
    const path = joinPath(list_path, [index]);
    const { place } = item;
    if (item.kind !== 'scalar' || typeof item.value !== 'string') {
      tellShape(decoding, item, { path, expected: `the name of a ${toolsetWords[key]}` });
      return [];
    }
    const shown = quoteName(item);
    const first_line = first_lines.get(item.value);
    if (first_line !== undefined) {
      const message = `the ${toolsetWords[key]} ${shown} is listed twice; it is first in line ${first_line}`;
      tell(decoding, place, { path, message });
    }
    first_lines.set(item.value, first_line ?? place.line);
    return [{ name: item.value, shown, path, place }];
  });
}
