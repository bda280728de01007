// One toolset of a configuration file: a list of names (map format), or an object with the list (flat format).
import { z } from 'zod';
import { bodyFields, decodeEntity } from './decode-entity.ts';
import type { Decoded } from './decode-entity.ts';
import { decodeFields } from './decode-fields.ts';
import { quoteName, tell, tellShape } from './decoding.ts';
import type { Decoding, Environment } from './decoding.ts';
import { joinPath, locate } from './located.ts';
import type { Located, Place } from './located.ts';
import type { Entity } from './split-entities.ts';

export interface ToolsetDefinition {
  readonly name: string;
  readonly description?: string;
  readonly tools: readonly ToolReference[];
}

export interface ToolReference {
  readonly name: string;
  /** As faults may name it. */
  readonly shown: string;
  readonly path: string;
  readonly place: Place;
}

const toolsetFields = z.strictObject({
  description: z.string().optional().describe('What the tools have in common.'),
  tools: z.array(z.unknown()).describe('Names of tools.'),
});

/** Decodes a toolset; whether its tools exist is the link's question. */
export function decodeToolset(
  entity: Entity,
  options: { readonly file: string; readonly environment: Environment },
): Decoded<ToolsetDefinition> {
  return decodeEntity(entity, options, (body, decoding) => {
    const { name, path, place } = entity;
    if (body.kind === 'list') return { name, tools: readNames(body.items, path, decoding) };
    const node = bodyFields(entity, body, decoding);
    if (node === undefined) return undefined;
    const fields = decodeFields(toolsetFields, { node, path, place }, decoding);
    const list = locate(node, ['tools']).node;
    const tools = list?.kind === 'list' ? readNames(list.items, `${path}.tools`, decoding) : [];
    return { name, tools, ...(fields?.description === undefined ? {} : { description: fields.description }) };
  });
}

function readNames(items: readonly Located[], list_path: string, decoding: Decoding): readonly ToolReference[] {
  const first_lines = new Map<string, number>();
  return items.flatMap((item, index) => {
    const path = joinPath(list_path, [index]);
    const { place } = item;
    if (item.kind !== 'scalar' || typeof item.value !== 'string') {
      tellShape(decoding, item, { path, expected: 'the name of a tool' });
      return [];
    }
    const shown = quoteName(item);
    const first_line = first_lines.get(item.value);
    if (first_line !== undefined) {
      const message = `the tool ${shown} is listed twice; it is first in line ${first_line}`;
      tell(decoding, place, { path, message });
    }
    first_lines.set(item.value, first_line ?? place.line);
    return [{ name: item.value, shown, path, place }];
  });
}
