// The JSON Schema (2020-12) of a tool's arguments, as every surface publishes it.
import type { JsonObject, JsonValue } from '../base/json.ts';
import { isPatternValue, patternSize } from './check-constraints.ts';
import { scalarTypes } from './parameters.ts';
import type { Constraints, Parameter, ParameterType, ValuePattern } from './parameters.ts';
import { longestText } from './patterns.ts';
import { toEcmaPattern } from './to-ecma-pattern.ts';

const schemaType: Readonly<Record<ParameterType, string>> = {
  string: 'string',
  integer: 'integer',
  float: 'number',
  boolean: 'boolean',
  array: 'array',
  map: 'object',
};

/**
 * The schema that exactly the accepted arguments satisfy, `null` for an absent one aside. What is filled in by the platform
 * is no argument and not in it. Regular expressions that JSON Schema cannot say are told in the description.
 */
export function toInputSchema(parameters: readonly Parameter[]): JsonObject {
  const takes = parameters.filter(({ filled_from }) => filled_from === undefined);
  return {
    type: 'object',
    properties: Object.fromEntries(takes.map((parameter) => [parameter.name, valueSchema(parameter)])),
    required: takes.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  };
}

function valueSchema(parameter: Parameter): JsonObject {
  const { type, items, constraints = {} } = parameter;
  const { keywords, notes } = constraintWords(constraints);
  const description = [parameter.description, ...notes].filter((text) => text !== '').join(' ');
  return {
    type: schemaType[type],
    ...(description === '' ? {} : { description }),
    ...(items === undefined ? {} : { items: valueSchema(items) }),
    ...(type === 'map' ? { additionalProperties: mapValues(parameter) } : {}),
    ...keywords,
    ...(parameter.default === undefined ? {} : { default: parameter.default }),
  };
}

function mapValues({ value_type }: Parameter): JsonObject {
  if (value_type !== undefined) return { type: schemaType[value_type] };
  // An integer is a number.
  return { type: scalarTypes.filter((type) => type !== 'integer').map((type) => schemaType[type]) };
}

interface ConstraintWords {
  readonly keywords: JsonObject;
  /** What the keywords cannot say. */
  readonly notes: readonly string[];
}

function constraintWords(constraints: Constraints): ConstraintWords {
  const { allowed_values, excluded_values, min_length, pattern, min_value, max_value } = constraints;
  const max_length = longest(constraints);
  const conditions: JsonObject[] = [];
  const notes: string[] = [];
  if (allowed_values !== undefined) {
    const allowed = anyOf(allowed_values);
    if (allowed === undefined) notes.push(`One of: ${told(allowed_values)}.`);
    else conditions.push(allowed);
  }
  if (excluded_values !== undefined) {
    const excluded = anyOf(excluded_values);
    if (excluded === undefined) notes.push(`Not: ${told(excluded_values)}.`);
    else conditions.push({ not: excluded });
  }
  if (pattern !== undefined) {
    const translated = toEcmaPattern(pattern);
    if (translated === undefined) notes.push(`It matches the regular expression (RE2) ${pattern}`);
    else conditions.push({ pattern: translated });
  }
  const keywords = {
    ...(min_length === undefined ? {} : { minLength: min_length }),
    ...(max_length === undefined ? {} : { maxLength: max_length }),
    ...(min_value === undefined ? {} : { minimum: min_value }),
    ...(max_value === undefined ? {} : { maximum: max_value }),
  };
  return { keywords: { ...keywords, ...together(conditions) }, notes };
}

/** Bounds of the work on regular expressions above this are not published: no argument comes near them. */
const notable_length = 50_000;

function longest(constraints: Constraints): number | undefined {
  const { max_length } = constraints;
  const size = patternSize(constraints);
  const bound = size === 0 ? Infinity : longestText(size);
  return bound > notable_length ? max_length : Math.min(max_length ?? Infinity, bound);
}

/** The schema of any of these values; undefined where a regular expression has no form in JSON Schema. */
function anyOf(values: readonly ValuePattern[]): JsonObject | undefined {
  const wholes = values.filter((value): value is Exclude<ValuePattern, { pattern: string }> => !isPatternValue(value));
  const patterns: string[] = [];
  for (const { pattern } of values.filter(isPatternValue)) {
    const translated = toEcmaPattern(pattern);
    if (translated === undefined) return undefined;
    patterns.push(`^(?:${translated})$`);
  }
  const alternatives: readonly JsonObject[] = [
    ...(wholes.length === 0 ? [] : [{ enum: wholes }]),
    ...patterns.map((pattern) => ({ pattern })),
  ];
  return alternatives.length === 1 ? alternatives[0] : { anyOf: alternatives };
}

function told(values: readonly ValuePattern[]): string {
  return values
    .map((value) =>
      isPatternValue(value)
        ? `a text that as a whole matches the regular expression (RE2) ${value.pattern}`
        : JSON.stringify(value satisfies JsonValue),
    )
    .join(', ');
}

/** All conditions in one schema: side by side as long as their keywords differ. */
function together(conditions: readonly JsonObject[]): JsonObject {
  const keywords = conditions.flatMap((condition) => Object.keys(condition));
  if (new Set(keywords).size === keywords.length) return Object.assign({}, ...conditions) as JsonObject;
  return { allOf: conditions };
}
