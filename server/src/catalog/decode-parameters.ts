// A tool's list of parameters. A new type, or a new field of one type, is a line in the table of schemas.
import { z } from 'zod';
import { limits } from '../base/limits.ts';
import { nearHint } from '../base/nearest-names.ts';
import { compileCheck } from './check-value.ts';
import { decodeFields } from './decode-fields.ts';
import { describeNode, quoteNode, tell } from './decoding.ts';
import type { Decoding } from './decoding.ts';
import { joinPath, toPlain } from './located.ts';
import type { Located, LocatedMap, LocatedScalar, Place } from './located.ts';
import { isName, nameRule } from './names.ts';
import { parameterTypes } from './parameters.ts';
import type { Parameter, ParameterType } from './parameters.ts';
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

const parameterFields: Readonly<Record<ParameterType, z.ZodType<ParameterFields>>> = {
  string: z.strictObject(common),
  integer: z.strictObject(common),
  float: z.strictObject(common),
  boolean: z.strictObject(common),
  array: z.strictObject({ ...common, items }),
};

/** Of an array's items only the type counts; name and description are taken where they are given. */
const itemCommon = { name: common.name.optional(), type: common.type, description: z.string().optional() };
const itemFields: Readonly<Record<ParameterType, z.ZodType<ParameterFields>>> = {
  string: z.strictObject(itemCommon),
  integer: z.strictObject(itemCommon),
  float: z.strictObject(itemCommon),
  boolean: z.strictObject(itemCommon),
  array: z.strictObject({ ...itemCommon, items }),
};

interface ParameterFields {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly required?: boolean | undefined;
  readonly default?: JsonValue | undefined;
}

/** The parameters of a tool in their order; those with faults are left out, and the faults told. */
export function decodeParameters(node: Located | undefined, path: string, decoding: Decoding): readonly Parameter[] {
  if (node === undefined) return [];
  if (node.kind !== 'list') {
    if (node.defects === undefined) {
      tell(decoding, node.place, {
        path,
        message: `expected a list of parameters, got ${describeNode(node, decoding)}`,
      });
    }
    return [];
  }
  if (node.items.length > limits.tool_parameters) {
    tell(decoding, node.place, { path, message: `must have at most ${limits.tool_parameters} entries` });
    return [];
  }
  const first_lines = new Map<string, number>();
  return node.items.flatMap((item, index) => {
    const item_path = joinPath(path, [index]);
    const parameter = decodeParameter(item, item_path, parameterFields, decoding);
    if (parameter === undefined) return [];
    const first_line = first_lines.get(parameter.name);
    if (first_line !== undefined) {
      const message = `the parameter "${parameter.name}" is already defined in line ${first_line}`;
      tell(decoding, item.place, { path: `${item_path}.name`, message });
    } else first_lines.set(parameter.name, item.place.line);
    return [parameter];
  });
}

type FieldTable = Readonly<Record<ParameterType, z.ZodType<ParameterFields>>>;

function decodeParameter(node: Located, path: string, table: FieldTable, decoding: Decoding): Parameter | undefined {
  if (node.kind !== 'map') {
    if (node.defects === undefined) {
      tell(decoding, node.place, { path, message: `expected a parameter, got ${describeNode(node, decoding)}` });
    }
    return undefined;
  }
  const type = readType(node, path, decoding);
  // Without a type the other fields are checked as far as all types share them.
  const fields = decodeFields(
    table[type ?? 'array'],
    { node: withoutUnknownType(node, type), path, place: node.place },
    decoding,
  );
  const inner = type === 'array' ? decodeItems(node, path, decoding) : undefined;
  const name_is_valid = fields === undefined || checkName(node, path, decoding);
  if (type === undefined || fields === undefined || !name_is_valid || (type === 'array' && inner === undefined))
    return undefined;
  const parameter: Parameter = {
    name: fields.name ?? 'items',
    type,
    description: fields.description ?? '',
    required: fields.default === undefined && (fields.required ?? true),
    ...(fields.default === undefined ? {} : { default: fields.default }),
    ...(inner === undefined ? {} : { items: inner }),
  };
  return checkDefault(parameter, node, path, decoding) ? parameter : undefined;
}

/** The type; undefined after telling that it is unknown. A missing one is told by the schema. */
function readType(node: LocatedMap, path: string, decoding: Decoding): ParameterType | undefined {
  const type = node.entries.get('type')?.value;
  if (type?.kind !== 'scalar') return undefined;
  const known = parameterTypes.find((candidate) => candidate === type.value);
  if (known === undefined && type.defects === undefined && typeof type.value === 'string') {
    const message = `there is no parameter type ${quoteNode(type, decoding)}`;
    tell(decoding, type.place, { path: `${path}.type`, message, hint: nearHint(type.value, parameterTypes) });
  }
  return known;
}

/** With an unknown type replaced by one that the schema takes: it has been told already. */
function withoutUnknownType(node: LocatedMap, type: ParameterType | undefined): LocatedMap {
  const entry = node.entries.get('type');
  if (type !== undefined || entry?.value.kind !== 'scalar' || typeof entry.value.value !== 'string') return node;
  const value: LocatedScalar = { ...entry.value, value: 'array' };
  return { ...node, entries: new Map(node.entries).set('type', { ...entry, value }) };
}

function decodeItems(node: LocatedMap, path: string, decoding: Decoding): Parameter | undefined {
  const inner = node.entries.get('items')?.value;
  if (inner !== undefined) return decodeParameter(inner, `${path}.items`, itemFields, decoding);
  const hint = 'Say what the items are: items: {type: string}.';
  tell(decoding, node.place, { path: `${path}.items`, message: '"items" is missing', hint });
  return undefined;
}

function checkName(node: LocatedMap, path: string, decoding: Decoding): boolean {
  const name = node.entries.get('name')?.value;
  if (name?.kind !== 'scalar' || isName(name.value)) return true;
  tell(decoding, name.place, {
    path: `${path}.name`,
    message: `${quoteNode(name, decoding)} is not a valid name`,
    hint: nameRule,
  });
  return false;
}

function checkDefault(parameter: Parameter, node: LocatedMap, path: string, decoding: Decoding): boolean {
  const given = node.entries.get('default')?.value;
  if (given === undefined) return true;
  const check = compileCheck(parameter);
  const value = toPlain(given);
  if (check.accepts(value)) return true;
  const place: Place = given.place;
  const is_filled = given.kind === 'scalar' && given.filled !== undefined;
  const fault = check.explain(value);
  if (is_filled) {
    if (given.filled?.missing !== true)
      tell(decoding, place, {
        path: `${path}.default`,
        message: `${describeNode(given, decoding)} is not of type ${parameter.type}`,
      });
  } else {
    const hint = value === null ? 'For an optional argument write required: false.' : fault.hint;
    tell(decoding, place, { path: `${path}.default${fault.path}`, message: fault.message, hint });
  }
  return false;
}
