// One parameter of a tool, or the items of a list.
import { nearHint } from '../base/nearest-names.ts';
import { compileCheck } from './check-value.ts';
import { decodeConstraints } from './decode-constraints.ts';
import { decodeFields } from './decode-fields.ts';
import { decodeFilledFrom } from './decode-filled-from.ts';
import { decodeTakesVariables } from './decode-takes-variables.ts';
import { decodeTemplate } from './decode-template.ts';
import { describeNode, isTold, quoteName, tell, tellShape } from './decoding.ts';
import { typedText } from './fill-placeholders.ts';
import { locate, splitPath, toPlain } from './located.ts';
import type { Located, LocatedMap } from './located.ts';
import { isName, nameRule } from './names.ts';
import { itemFields, parameterFields } from './parameter-fields.ts';
import type { FieldTable, ParameterAt, ParameterFields } from './parameter-fields.ts';
import { parameterTypes } from './parameters.ts';
import type { Parameter, ParameterType } from './parameters.ts';

/** The parameter, or undefined after telling what is wrong with it. */
export function decodeParameter(given: Located, at: ParameterAt): Parameter | undefined {
  return decodeWith(parameterFields, given, at);
}

function decodeWith(table: FieldTable, given: Located, at: ParameterAt): Parameter | undefined {
  const { path, decoding } = at;
  if (given.kind !== 'map') {
    tellShape(decoding, given, { path, expected: 'a parameter' });
    return undefined;
  }
  const known = readType(given, at);
  const node = typeDefault(given, known);
  // Without a type the other fields are checked as far as the richest type has them.
  const fields_at = { node: withoutUnknownType(node, known), path, place: node.place };
  const fields = decodeFields(table[known ?? 'array'], fields_at, decoding);
  const items = known === 'array' ? decodeItems(node, at) : undefined;
  const name_is_valid = checkName(node, at);
  if (known === undefined || fields === undefined || !name_is_valid) return undefined;
  if (known === 'array' && items === undefined) return undefined;
  const plain = plainParameter(known, fields, items);
  const faults_before = decoding.faults.length;
  const constraints = decodeConstraints(plain, fields, { ...at, node });
  const filled_from = decodeFilledFrom(plain, fields, { ...at, node });
  const template = decodeTemplate(plain, fields, { ...at, node });
  const whole: Parameter = {
    ...plain,
    ...(constraints === undefined ? {} : { constraints }),
    ...(filled_from === undefined ? {} : { filled_from }),
    ...(template === undefined ? {} : { template }),
  };
  const takes_variables = decodeTakesVariables(whole, fields, { ...at, node });
  if (decoding.faults.length > faults_before) return undefined;
  const parameter: Parameter = takes_variables ? { ...whole, variables: true } : whole;
  return checkDefault(parameter, node, at) ? parameter : undefined;
}

function plainParameter(known: ParameterType, fields: ParameterFields, items: Parameter | undefined): Parameter {
  return {
    name: fields.name ?? 'items',
    type: known,
    description: fields.description ?? '',
    required: fields.default === undefined && (fields.required ?? true),
    ...(fields.default === undefined ? {} : { default: fields.default }),
    ...(items === undefined ? {} : { items }),
    ...(fields.valueType === undefined ? {} : { value_type: fields.valueType }),
  };
}

/** The type; undefined after telling that it is unknown. A missing one is told by the schema. */
function readType(node: LocatedMap, { path, decoding }: ParameterAt): ParameterType | undefined {
  const written = node.entries.get('type')?.value;
  if (written?.kind !== 'scalar') return undefined;
  const known = parameterTypes.find((candidate) => candidate === written.value);
  if (known === undefined && typeof written.value === 'string') {
    const message = `there is no parameter type ${quoteName(written)}`;
    tell(decoding, written.place, { path: `${path}.type`, message, hint: nearHint(written.value, parameterTypes) });
  }
  return known;
}

/** With an unknown type replaced by one that the schema takes: it has been told already. */
function withoutUnknownType(node: LocatedMap, known: ParameterType | undefined): LocatedMap {
  const entry = node.entries.get('type');
  if (known !== undefined || entry?.value.kind !== 'scalar' || typeof entry.value.value !== 'string') return node;
  return withEntry(node, 'type', { ...entry.value, value: 'array' });
}

/** The environment holds texts: a default that was filled in becomes what the type wants, where its text is one. */
function typeDefault(node: LocatedMap, known: ParameterType | undefined): LocatedMap {
  const value = node.entries.get('default')?.value;
  if (value?.kind !== 'scalar' || value.filled === undefined || known === undefined) return node;
  const typed = typedText(value.value, known === 'integer' || known === 'float' ? 'number' : known);
  return typed === undefined ? node : withEntry(node, 'default', { ...value, value: typed });
}

function withEntry(node: LocatedMap, key: string, value: Located): LocatedMap {
  const key_place = node.entries.get(key)?.key_place ?? node.place;
  return { ...node, entries: new Map(node.entries).set(key, { key_place, value }) };
}

function decodeItems(node: LocatedMap, at: ParameterAt): Parameter | undefined {
  const path = `${at.path}.items`;
  const items_node = node.entries.get('items')?.value;
  if (items_node !== undefined) return decodeWith(itemFields, items_node, { ...at, path });
  const hint = 'Say what the items are: items: {type: string}.';
  tell(at.decoding, node.place, { path, message: '"items" is missing', hint });
  return undefined;
}

function checkName(node: LocatedMap, { path, decoding }: ParameterAt): boolean {
  const written = node.entries.get('name')?.value;
  if (written?.kind !== 'scalar' || typeof written.value !== 'string' || isName(written.value)) return true;
  const message = `${quoteName(written)} is not a valid name`;
  tell(decoding, written.place, { path: `${path}.name`, message, hint: nameRule });
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
