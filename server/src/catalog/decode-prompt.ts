// One prompt of a configuration file: its messages, and the arguments that go into them.
import { z } from 'zod';
import { limits } from '../base/limits.ts';
import { nearHint } from '../base/nearest-names.ts';
import { bodyFields, decodeEntity } from './decode-entity.ts';
import type { Decoded } from './decode-entity.ts';
import { decodeFields } from './decode-fields.ts';
import { decodeParameters } from './decode-parameters.ts';
import { tell } from './decoding.ts';
import type { Decoding, Environment } from './decoding.ts';
import { filterEntries, locate } from './located.ts';
import type { Located, LocatedMap } from './located.ts';
import type { Parameter } from './parameters.ts';
import type { PromptMessage } from './prompt.ts';
import type { Entity } from './split-entities.ts';

export interface PromptDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly parameters: readonly Parameter[];
  /** With `{{.name}}` where an argument belongs. */
  readonly messages: readonly PromptMessage[];
}

const promptFields = z.strictObject({
  title: z.string().min(1).optional().describe('Name for people.'),
  description: z.string().optional().describe('What the prompt is for.'),
  messages: z
    .array(
      z.strictObject({
        role: z.enum(['user', 'assistant']).default('user').describe('Who says it; user unless said otherwise.'),
        content: z.string().max(limits.prompt_characters).describe('The text, with {{.name}} for an argument.'),
      }),
    )
    .min(1)
    .max(limits.prompt_messages)
    .describe('What the conversation begins with.'),
});

/** An argument's place in a message. */
export const argumentPlace = /\{\{\s*\.([\w.-]+)\s*\}\}/g;

/** Decodes a prompt. The peer's only type of prompt, `custom`, may be named. */
export function decodePrompt(
  entity: Entity,
  options: { readonly file: string; readonly environment: Environment },
): Decoded<PromptDefinition> {
  return decodeEntity(entity, options, (body, decoding) => {
    const node = bodyFields(entity, body, decoding);
    if (node === undefined) return undefined;
    checkType(entity, node, decoding);
    const { name, path, place } = entity;
    const own = filterEntries(node, (key) => key !== 'arguments' && !entity.type_keys.includes(key));
    const other_fields = ['arguments', ...entity.type_keys];
    const fields = decodeFields(promptFields, { node: own, path, place, other_fields }, decoding);
    const written = node.entries.get('arguments')?.value;
    const parameters = decodeParameters(written && withTypes(written), `${path}.arguments`, decoding);
    for (const [index, { name: argument }] of parameters.entries()) {
      if (parameters[index]?.filled_from === undefined) continue;
      const at = `${path}.arguments[${index}]`;
      tell(decoding, place, { path: at, message: `the argument "${argument}" must be the caller's to give` });
    }
    if (fields === undefined) return undefined;
    const { title, description, messages } = fields;
    const definition: PromptDefinition = {
      name,
      ...(title === undefined ? {} : { title }),
      ...(description === undefined ? {} : { description }),
      parameters,
      messages: messages.map(({ role, content }) => ({ role, text: content })),
    };
    checkPlaces(definition, { node, path }, decoding);
    return definition;
  });
}

function checkType({ type_keys, path }: Entity, node: LocatedMap, decoding: Decoding): void {
  for (const key of type_keys) {
    const type = node.entries.get(key)?.value;
    if (type === undefined || (type.kind === 'scalar' && type.value === 'custom')) continue;
    tell(decoding, type.place, {
      path: `${path}.${key}`,
      message: 'there is no such type of prompt',
      hint: 'Valid: custom.',
    });
  }
}

/** An argument of a prompt is a text unless its type is given. */
function withTypes(node: Located): Located {
  if (node.kind !== 'list') return node;
  const items = node.items.map((item) => {
    if (item.kind !== 'map' || item.entries.has('type')) return item;
    const type = { key_place: item.place, value: { kind: 'scalar', place: item.place, value: 'string' } } as const;
    return { ...item, entries: new Map(item.entries).set('type', type) };
  });
  return { ...node, items };
}

/** Faults where a message has a place that no argument fills, and where an argument has no place. */
function checkPlaces(
  { parameters, messages }: PromptDefinition,
  { node, path }: { readonly node: LocatedMap; readonly path: string },
  decoding: Decoding,
): void {
  const names = parameters.map(({ name }) => name);
  const used = new Set<string>();
  for (const [index, { text }] of messages.entries()) {
    const { place } = locate(node, ['messages', index, 'content']);
    const at = `${path}.messages[${index}].content`;
    for (const [written, name = ''] of text.matchAll(argumentPlace)) {
      used.add(name);
      if (names.includes(name)) continue;
      tell(decoding, place, { path: at, message: `${written} has no argument`, hint: nearHint(name, names) });
    }
    if (text.replaceAll(argumentPlace, '').includes('{{')) {
      const hint = 'Arguments are written {{.name}}; nothing else of templates is known.';
      tell(decoding, place, { path: at, message: 'there is a {{ that is no argument', hint });
    }
  }
  for (const [index, name] of names.entries()) {
    if (used.has(name)) continue;
    const { place } = locate(node, ['arguments', index]);
    tell(decoding, place, { path: `${path}.arguments[${index}]`, message: `no message uses the argument "${name}"` });
  }
}
