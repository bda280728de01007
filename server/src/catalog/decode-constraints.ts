// What a value must be beyond its type, as the file says it: contradictions are faults here, so that no call finds them.
import { limits } from '../base/limits.ts';
import type { JsonValue } from '../base/json.ts';
import { patternSize } from './check-constraints.ts';
import { compileCheck } from './check-value.ts';
import { describeNode, isTold, tell, tellForeign } from './decoding.ts';
import { typedText } from './fill-placeholders.ts';
import { locate, splitPath, toPlain } from './located.ts';
import type { Located, LocatedMap } from './located.ts';
import type { ParameterAt, ParameterFields } from './parameter-fields.ts';
import type { Constraints, Parameter, ValuePattern } from './parameters.ts';
import { compilePattern } from './patterns.ts';

export interface ConstraintsAt extends ParameterAt {
  readonly node: LocatedMap;
}

/** Undefined when there are none, and after telling that they contradict themselves or the type. */
export function decodeConstraints(
  parameter: Parameter,
  fields: ParameterFields,
  at: ConstraintsAt,
): Constraints | undefined {
  const before = at.decoding.faults.length;
  const allowed_values = decodeValues(parameter, 'allowedValues', at);
  const excluded_values = decodeValues(parameter, 'excludedValues', at);
  if (fields.pattern !== undefined) tellPattern(fields.pattern, 'pattern', at);
  tellEmptyRange(fields, 'minLength', 'maxLength', at);
  tellEmptyRange(fields, 'minValue', 'maxValue', at);
  if (at.decoding.faults.length > before) return undefined;
  const { minLength, maxLength, minValue, maxValue, pattern } = fields;
  const constraints: Constraints = {
    ...(allowed_values === undefined ? {} : { allowed_values }),
    ...(excluded_values === undefined ? {} : { excluded_values }),
    ...(minLength === undefined ? {} : { min_length: minLength }),
    ...(maxLength === undefined ? {} : { max_length: maxLength }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(minValue === undefined ? {} : { min_value: minValue }),
    ...(maxValue === undefined ? {} : { max_value: maxValue }),
  };
  if (Object.keys(constraints).length === 0) return undefined;
  if (patternSize(constraints) > limits.pattern_instructions) {
    const message = 'the regular expressions of the parameter are together too large';
    tell(at.decoding, at.node.place, { path: at.path, message, hint: 'Take fewer, or shorter ones.' });
    return undefined;
  }
  tellImpossibleValues(parameter, constraints, at);
  return constraints;
}

type ValuesField = 'allowedValues' | 'excludedValues';

/** The values as far as they can be read; those that cannot are told. */
function decodeValues(
  parameter: Parameter,
  field: ValuesField,
  at: ConstraintsAt,
): readonly ValuePattern[] | undefined {
  const list = at.node.entries.get(field)?.value;
  if (list?.kind !== 'list') return undefined;
  return list.items.flatMap((item, index) => {
    const value = decodeValue(parameter, item, { ...at, path: `${at.path}.${field}[${index}]`, field });
    return value === undefined ? [] : [value];
  });
}

interface ValueAt extends ConstraintsAt {
  readonly field: ValuesField;
}

function decodeValue(parameter: Parameter, item: Located, at: ValueAt): ValuePattern | undefined {
  const { path, decoding, field } = at;
  if (isTold(item)) return undefined;
  if (item.kind === 'map') return decodePatternValue(parameter, item, at);
  const value = typedPlain(item, parameter);
  const check = compileCheck(parameter);
  if (!check.accepts(value)) {
    const { path: inner, message } = check.explain(value);
    const culprit = locate(item, splitPath(inner)).node ?? item;
    if (isTold(culprit)) return undefined;
    const is_filled = culprit.kind === 'scalar' && culprit.filled !== undefined;
    const hint = 'Whole lists are compared. What single items may be stands under items.';
    tell(decoding, culprit.place, {
      path: `${path}${inner}`,
      message: is_filled ? `${describeNode(culprit, decoding)} is not what the type of the parameter wants` : message,
      hint: parameter.type === 'array' ? hint : undefined,
    });
    return undefined;
  }
  if (field === 'excludedValues' && typeof value === 'string' && looksLikePattern(value)) {
    tell(decoding, item.place, {
      path,
      message: `${describeNode(item, decoding)} would exclude only this very text, and looks like a regular expression`,
      hint: String.raw`Write {pattern: …} for a regular expression that matches the whole text; \Q…\E in it for the text itself.`,
    });
  }
  return value as ValuePattern;
}

/** In MCP Toolbox every text is a regular expression: taken for a plain one, it would protect from nothing. */
function looksLikePattern(text: string): boolean {
  return /[\\^$*+?()[\]{}|]/.test(text);
}

/** The environment holds texts: one that was filled in becomes what the type wants, where its text is one. */
function typedPlain(item: Located, { type }: Parameter): JsonValue {
  if (item.kind !== 'scalar' || item.filled === undefined) return toPlain(item);
  return typedText(item.value, type === 'integer' || type === 'float' ? 'number' : type) ?? item.value;
}

function decodePatternValue({ type }: Parameter, item: LocatedMap, at: ValueAt): ValuePattern | undefined {
  const { path, decoding } = at;
  const pattern = item.entries.get('pattern')?.value;
  const is_alone = item.entries.size === 1 && pattern?.kind === 'scalar' && typeof pattern.value === 'string';
  if (!is_alone || type !== 'string') {
    const message =
      type === 'string' ? 'expected a text or {pattern: …}' : 'a regular expression can only be a value of a string';
    tell(decoding, item.place, { path, message });
    return undefined;
  }
  if (isTold(pattern)) return undefined;
  const source = pattern.value;
  return tellPattern(source, 'pattern', { ...at, node: item }) ? undefined : { pattern: source };
}

/** Whether the regular expression is refused. */
function tellPattern(source: string, field: string, { node, path, decoding }: ConstraintsAt): boolean {
  const compiled = compilePattern(source);
  if (!('problem' in compiled)) return false;
  const { place } = locate(node, [field]);
  const { problem: message, hint } = compiled;
  tellForeign(decoding, place, { path: `${path}.${field}`, message, hint });
  return true;
}

function tellEmptyRange(
  fields: ParameterFields,
  low: 'minLength' | 'minValue',
  high: 'maxLength' | 'maxValue',
  { node, path, decoding }: ConstraintsAt,
): void {
  const [least, most] = [fields[low], fields[high]];
  if (least === undefined || most === undefined || least <= most) return;
  const { place } = locate(node, [low]);
  tell(decoding, place, { path: `${path}.${low}`, message: `is more than ${high}, so that no value is allowed` });
}

/** Allowed values that the other constraints refuse could never be given. */
function tellImpossibleValues(parameter: Parameter, constraints: Constraints, at: ConstraintsAt): void {
  const { allowed_values = [], ...others } = constraints;
  const check = compileCheck({ ...parameter, constraints: others });
  for (const [index, value] of allowed_values.entries()) {
    if (typeof value === 'object' || check.accepts(value)) continue;
    const { place } = locate(at.node, ['allowedValues', index]);
    const path = `${at.path}.allowedValues[${index}]`;
    tellForeign(at.decoding, place, {
      path,
      message: `is allowed and refused at once: ${check.explain(value).message}`,
    });
  }
}
