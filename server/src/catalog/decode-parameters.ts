// A tool's list of parameters. A new type, or a new field of one type, is a line in the table of schemas.
import { z } from 'zod';
import { limits } from '../base/limits.ts';
import { nearHint } from '../base/nearest-names.ts';
import { compileCheck } from './check-value.ts';
import { decodeFields } from './decode-fields.ts';
import { describeNode, isTold, quoteName, tell, tellShape } from './decoding.ts';
import type { Decoding } from './decoding.ts';
import { typedText } from './fill-placeholders.ts';
import { joinPath, locate, splitPath, toPlain } from './located.ts';
import type { Located, LocatedMap } from './located.ts';
import { isName, nameRule } from './names.ts';
import { parameterTypes, scalarTypes } from './parameters.ts';
import type { Parameter, ParameterType, ScalarType } from './parameters.ts';
import type { JsonValue } from '../base/json.ts';

const common = {
  name: z.string().describe('Name of the argument.'),
  type: z.enum(parameterTypes).describe('Type of the argument.'),
  description: z
    .string()
    .refine((text) => text.trim() !== '', 'must not be empty')
    .describe('What the argument means, for the model.'),
  required: z.boolean().optional().describe('Whether a call must give it; true by default.'),
  default: z.json().optional().describe('Taken when a call does not give it; makes it optional.'),
};
// Decoded by itself, since it nests.
const items = z.unknown().optional().describe('What each item is: a parameter.');

const valueType = z.enum(scalarTypes).optional().describe('What each value of a map is; any scalar when absent.');

const parameterFields: Readonly<Record<ParameterType, z.ZodType<ParameterFields>>> = {
  string: z.strictObject(common),
  integer: z.strictObject(common),
  float: z.strictObject(common),
  boolean: z.strictObject(common),
  array: z.strictObject({ ...common, items }),
  map: z.strictObject({ ...common, valueType }),
};

/** Of an array's items only the type counts; name and description are taken where they are given. */
const itemCommon = { name: common.name.optional(), type: common.type, description: z.string().optional() };
const itemFields: Readonly<Record<ParameterType, z.ZodType<ParameterFields>>> = {
  string: z.strictObject(itemCommon),
  integer: z.strictObject(itemCommon),
  float: z.strictObject(itemCommon),
  boolean: z.strictObject(itemCommon),
  array: z.strictObject({ ...itemCommon, items }),
  map: z.strictObject({ ...itemCommon, valueType }),
};

interface ParameterFields {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly required?: boolean | undefined;
  readonly default?: JsonValue | undefined;
  readonly valueType?: ScalarType | undefined;
}

/** The parameters of a tool in their order; those with faults are left out, and the faults told. */
export function decodeParameters(node: Located | undefined, path: string, decoding: Decoding): readonly Parameter[] {
  if (node === undefined) return [];
  if (node.kind !== 'list') {
    tellShape(decoding, node, { path, expected: 'a list of parameters' });
    return [];
  }
  if (node.items.length > limits.tool_parameters) {
    tell(decoding, node.place, { path, message: `must have at most ${limits.tool_parameters} entries` });
    return [];
  }
  const first_lines = new Map<string, number>();
  return node.items.flatMap((item, index) => {
    const item_path = joinPath(path, [index]);
    const parameter = decodeParameter(item, { path: item_path, table: parameterFields, decoding });
    if (parameter === undefined) return [];
    const first_line = first_lines.get(parameter.name);
    first_lines.set(parameter.name, first_line ?? item.place.line);
    if (first_line === undefined) return [parameter];
    const message = `the parameter "${parameter.name}" is already defined in line ${first_line}`;
    tell(decoding, item.place, { path: `${item_path}.name`, message });
    return [];
  });
}

interface ParameterAt {
  readonly path: string;
  readonly table: Readonly<Record<ParameterType, z.ZodType<ParameterFields>>>;
  readonly decoding: Decoding;
}

function decodeParameter(given: Located, at: ParameterAt): Parameter | undefined {
  const { path, table, decoding } = at;
  if (given.kind !== 'map') {
    tellShape(decoding, given, { path, expected: 'a parameter' });
    return undefined;
  }
  const type = readType(given, at);
  const node = typeDefault(given, type);
  // Without a type the other fields are checked as far as the richest type has them.
  const fields_at = { node: withoutUnknownType(node, type), path, place: node.place };
  const fields = decodeFields(table[type ?? 'array'], fields_at, decoding);
  const items_node = type === 'array' ? decodeItems(node, at) : undefined;
  const name_is_valid = checkName(node, at);
  if (type === undefined || fields === undefined || !name_is_valid) return undefined;
  if (type === 'array' && items_node === undefined) return undefined;
  const parameter: Parameter = {
    name: fields.name ?? 'items',
    type,
    description: fields.description ?? '',
    required: fields.default === undefined && (fields.required ?? true),
    ...(fields.default === undefined ? {} : { default: fields.default }),
    ...(items_node === undefined ? {} : { items: items_node }),
    ...(fields.valueType === undefined ? {} : { value_type: fields.valueType }),
  };
  return checkDefault(parameter, node, at) ? parameter : undefined;
}

/** The type; undefined after telling that it is unknown. A missing one is told by the schema. */
function readType(node: LocatedMap, { path, decoding }: ParameterAt): ParameterType | undefined {
  const type = node.entries.get('type')?.value;
  if (type?.kind !== 'scalar') return undefined;
  const known = parameterTypes.find((candidate) => candidate === type.value);
  if (known === undefined && typeof type.value === 'string') {
    const message = `there is no parameter type ${quoteName(type)}`;
    tell(decoding, type.place, { path: `${path}.type`, message, hint: nearHint(type.value, parameterTypes) });
  }
  return known;
}

/** With an unknown type replaced by one that the schema takes: it has been told already. */
function withoutUnknownType(node: LocatedMap, type: ParameterType | undefined): LocatedMap {
  const entry = node.entries.get('type');
  if (type !== undefined || entry?.value.kind !== 'scalar' || typeof entry.value.value !== 'string') return node;
  return withEntry(node, 'type', { ...entry.value, value: 'array' });
}

/** The environment holds texts: a default that was filled in becomes what the type wants, where its text is one. */
function typeDefault(node: LocatedMap, type: ParameterType | undefined): LocatedMap {
  const value = node.entries.get('default')?.value;
  if (value?.kind !== 'scalar' || value.filled === undefined || type === undefined) return node;
  const typed = typedText(value.value, type === 'integer' || type === 'float' ? 'number' : type);
  return typed === undefined ? node : withEntry(node, 'default', { ...value, value: typed });
}

function withEntry(node: LocatedMap, key: string, value: Located): LocatedMap {
  const key_place = node.entries.get(key)?.key_place ?? node.place;
  return { ...node, entries: new Map(node.entries).set(key, { key_place, value }) };
}

function decodeItems(node: LocatedMap, at: ParameterAt): Parameter | undefined {
  const path = `${at.path}.items`;
  const items_node = node.entries.get('items')?.value;
  if (items_node !== undefined) return decodeParameter(items_node, { ...at, path, table: itemFields });
  const hint = 'Say what the items are: items: {type: string}.';
  tell(at.decoding, node.place, { path, message: '"items" is missing', hint });
  return undefined;
}

function checkName(node: LocatedMap, { path, decoding }: ParameterAt): boolean {
  const name = node.entries.get('name')?.value;
  if (name?.kind !== 'scalar' || typeof name.value !== 'string' || isName(name.value)) return true;
  const message = `${quoteName(name)} is not a valid name`;
  tell(decoding, name.place, { path: `${path}.name`, message, hint: nameRule });
  return false;
}

function checkDefault(parameter: Parameter, node: LocatedMap, { path, decoding }: ParameterAt): boolean {
  const given = node.entries.get('default')?.value;
  const check = compileCheck(parameter);
  const value = given === undefined ? undefined : toPlain(given);
  if (given === undefined || check.accepts(value)) return true;
  const { path: inner, message, hint } = check.explain(value);
  const culprit = locate(given, splitPath(inner)).node ?? given;
  if (isTold(culprit)) return false;
  const is_filled = culprit.kind === 'scalar' && culprit.filled !== undefined;
  tell(decoding, culprit.place, {
    path: `${path}.default${inner}`,
    message: is_filled ? `${describeNode(culprit, decoding)} is not what the type of the parameter wants` : message,
    hint: value === null ? 'For an optional argument write required: false.' : hint,
  });
  return false;
}
