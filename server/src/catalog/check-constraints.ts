// What a value must be beyond its type: rules, built once, that say yes or no fast and find words after a no.
import { canonicalJson } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { nearestNames } from '../base/nearest-names.ts';
import { describeValue, shortened, shownSource } from './describe-value.ts';
import type { ArgumentValue, Constraints, ValuePattern } from './parameters.ts';
import { countCharacters, longestText, validPattern } from './patterns.ts';
import type { Pattern } from './patterns.ts';

export interface Rule {
  /** For a value of the parameter's type. */
  readonly holds: (value: ArgumentValue) => boolean;
  /** Words for a value for which it does not hold. */
  readonly explain: (value: ArgumentValue) => { readonly message: string; readonly hint?: string };
}

/** What the regular expressions of one call have cost, in characters times instructions. One per validator. */
export interface Effort {
  steps: number;
}

/** The rules of one parameter, those first that bound the work of the others. */
export function constraintRules(constraints: Constraints | undefined, effort: Effort): readonly Rule[] {
  if (constraints === undefined) return [];
  const { allowed_values, excluded_values, min_length, max_length, pattern, min_value, max_value } = constraints;
  const size = patternSize(constraints);
  return [
    ...(size === 0 ? [] : [effortRule(size, effort)]),
    ...(allowed_values === undefined ? [] : [allowedRule(allowed_values)]),
    ...(excluded_values === undefined ? [] : [excludedRule(excluded_values)]),
    ...(min_length === undefined ? [] : [minLengthRule(min_length)]),
    ...(max_length === undefined ? [] : [maxLengthRule(max_length)]),
    ...(pattern === undefined ? [] : [patternRule(validPattern(pattern))]),
    ...(min_value === undefined ? [] : [minValueRule(min_value)]),
    ...(max_value === undefined ? [] : [maxValueRule(max_value)]),
  ];
}

/** Instructions of all regular expressions of a parameter together. */
export function patternSize({ allowed_values = [], excluded_values = [], pattern }: Constraints): number {
  const sources = [
    ...[...allowed_values, ...excluded_values].flatMap((value) => (isPatternValue(value) ? [value.pattern] : [])),
    ...(pattern === undefined ? [] : [pattern]),
  ];
  return sources.reduce((sum, source) => sum + validPattern(source).size, 0);
}

/** Whether an allowed or excluded value is a regular expression. */
export function isPatternValue(value: ValuePattern): value is { readonly pattern: string } {
  return typeof value === 'object' && !Array.isArray(value);
}

function effortRule(size: number, effort: Effort): Rule {
  const longest = longestText(size);
  return {
    holds: (value) => {
      effort.steps += size * countCharacters(textOf(value));
      return effort.steps <= limits.pattern_steps;
    },
    explain: (value) =>
      countCharacters(textOf(value)) > longest
        ? {
            message: `the text has more than ${longest} characters, too many for the regular expression that it must match`,
          }
        : { message: 'the texts of this call are together too long for the regular expressions of the tool' },
  };
}

interface Candidates {
  has(value: ArgumentValue): boolean;
}

/** Whole values only: a part that matches would let anything through around it. */
function candidates(values: readonly ValuePattern[]): Candidates {
  const scalars = new Set<ArgumentValue>(values.filter((value) => typeof value !== 'object'));
  const lists = new Set(values.filter((value) => Array.isArray(value)).map(canonicalJson));
  const patterns = values.filter(isPatternValue).map(({ pattern }) => validPattern(pattern));
  return {
    has: (value) =>
      scalars.has(value) ||
      (Array.isArray(value) && lists.has(canonicalJson(value))) ||
      (typeof value === 'string' && patterns.some((pattern) => pattern.isWhole(value))),
  };
}

function allowedRule(values: readonly ValuePattern[]): Rule {
  const allowed = candidates(values);
  const names = values.filter((value) => typeof value === 'string');
  return {
    holds: (value) => allowed.has(value),
    explain: (value) => {
      const near = typeof value === 'string' ? nearestNames(value, names) : [];
      return {
        message: `expected ${listValues(values)}, got ${describeValue(value)}`,
        ...(near.length === 0 ? {} : { hint: `Did you mean ${near.map((name) => quoted(name)).join(' or ')}?` }),
      };
    },
  };
}

function excludedRule(values: readonly ValuePattern[]): Rule {
  const excluded = candidates(values);
  return {
    holds: (value) => !excluded.has(value),
    explain: (value) => ({ message: `${describeValue(value)} is excluded here` }),
  };
}

const most_listed = 10;

/** `"a", "b" or a text that is ^x+$ as a whole`, bounded. */
function listValues(values: readonly ValuePattern[]): string {
  const listed = values.slice(0, most_listed).map((value) => shownValue(value));
  if (values.length > most_listed) return `${listed.join(', ')} or one of ${values.length - most_listed} more`;
  const last = listed.pop() ?? '';
  return listed.length === 0 ? last : `${listed.join(', ')} or ${last}`;
}

function shownValue(value: ValuePattern): string {
  if (typeof value === 'string') return quoted(value);
  if (isPatternValue(value)) return `a text that is ${shownSource(value.pattern)} as a whole (RE2)`;
  return shownSource(canonicalJson(value));
}

function quoted(text: string): string {
  return `"${shortened(text)}"`;
}

function minLengthRule(min_length: number): Rule {
  return {
    holds: (value) => countCharacters(textOf(value)) >= min_length,
    explain: (value) => lengthFault(`at least ${min_length}`, value),
  };
}

function maxLengthRule(max_length: number): Rule {
  return {
    holds: (value) => countCharacters(textOf(value)) <= max_length,
    explain: (value) => lengthFault(`at most ${max_length}`, value),
  };
}

function lengthFault(bound: string, value: ArgumentValue): { readonly message: string } {
  return { message: `expected ${bound} characters, got ${countCharacters(textOf(value))}` };
}

function patternRule(pattern: Pattern): Rule {
  return {
    holds: (value) => pattern.isIn(textOf(value)),
    explain: (value) => ({
      message: `expected a text that matches ${shownSource(pattern.source)} (RE2), got ${describeValue(value)}`,
    }),
  };
}

// Numbers and bigints compare by their mathematical value.
function minValueRule(min_value: number): Rule {
  return {
    holds: (value) => (value as number | bigint) >= min_value,
    explain: (value) => ({ message: `expected at least ${min_value}, got ${describeValue(value)}` }),
  };
}

function maxValueRule(max_value: number): Rule {
  return {
    holds: (value) => (value as number | bigint) <= max_value,
    explain: (value) => ({ message: `expected at most ${max_value}, got ${describeValue(value)}` }),
  };
}

/** Rules on texts belong to parameters whose values are texts. */
function textOf(value: ArgumentValue): string {
  return typeof value === 'string' ? value : '';
}
