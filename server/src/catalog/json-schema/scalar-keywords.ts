// Keywords of JSON Schema about a value as a whole: its type, its allowed values, the bounds of texts and numbers.
import { describeValue, shortened, shownSource } from '../describe-value.ts';
import { nearestNames } from '../../base/nearest-names.ts';
import { countCharacters } from '../patterns.ts';
import { readKeyword } from './schema-parts.ts';
import type { Check, Checks, SchemaAt } from './schema-parts.ts';
import { compileEcmaPattern } from './ecma-pattern.ts';
import type { EcmaPattern } from './ecma-pattern.ts';
import { isMultipleOf } from './multiple-of.ts';
import { join } from './references.ts';
import { spend, tell, textSteps } from './run.ts';
import { valueText } from './same-value.ts';

type TypeName = keyof typeof types;

const types = {
  string: { words: 'a string', is: (value: unknown) => typeof value === 'string' },
  integer: {
    words: 'an integer',
    is: (value: unknown) => typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)),
  },
  number: {
    words: 'a number',
    is: (value: unknown) => typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value)),
  },
  boolean: { words: 'true or false', is: (value: unknown) => typeof value === 'boolean' },
  array: { words: 'a list', is: (value: unknown) => Array.isArray(value) },
  object: {
    words: 'an object',
    is: (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
  null: { words: 'null', is: (value: unknown) => value === null },
} as const;

const number = {
  is: (value: unknown): value is number | bigint => typeof value === 'bigint' || Number.isFinite(value),
  expected: 'a number',
};
/** For keywords that count something. */
export const count = {
  is: (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
  expected: 'an integer that is not negative',
};
const text = { is: (value: unknown): value is string => typeof value === 'string', expected: 'a text' };
const list = { is: (value: unknown): value is readonly unknown[] => Array.isArray(value), expected: 'a list' };

export function scalarKeywords(at: SchemaAt, checks: Checks): void {
  typeKeyword(at, checks);
  valueKeywords(at, checks);
  numberKeywords(at, checks);
  textKeywords(at, checks);
}

function typeKeyword(at: SchemaAt, { any }: Checks): void {
  const written = readKeyword(at, 'type', {
    is: (value): value is TypeName | readonly TypeName[] =>
      Array.isArray(value) ? value.every(isTypeName) : isTypeName(value),
    expected: `a type (${Object.keys(types).join(', ')}) or a list of them`,
  });
  if (written === undefined) return;
  const allowed = (typeof written === 'string' ? [written] : written).map((name) => types[name]);
  const expected = allowed.map(({ words }) => words).join(' or ');
  const [only] = allowed;
  const holds =
    allowed.length === 1 && only !== undefined ? only.is : (value: unknown) => allowed.some(({ is }) => is(value));
  any.push(
    (value, place, run) =>
      holds(value) || tell(run, place, () => ({ message: `expected ${expected}, got ${describeValue(value)}` })),
  );
}

function isTypeName(value: unknown): value is TypeName {
  return typeof value === 'string' && Object.hasOwn(types, value);
}

function valueKeywords(at: SchemaAt, { any }: Checks): void {
  const { schema } = at;
  if (Object.hasOwn(schema, 'const')) any.push(oneOfValues([schema['const']]));
  const values = readKeyword(at, 'enum', list);
  if (values !== undefined) any.push(oneOfValues(values));
}

const most_listed = 10;

function oneOfValues(values: readonly unknown[]): Check {
  const texts = new Set(values.map((value) => valueText(value)));
  const names = values.filter((value) => typeof value === 'string');
  const listed = values.slice(0, most_listed).map((value) => shortened(valueText(value)).replaceAll('\\"', '"'));
  const more = values.length > most_listed ? ` or one of ${values.length - most_listed} more` : '';
  return (value, place, run) => {
    if (texts.has(valueText(value, run))) return true;
    return tell(run, place, () => {
      const near = typeof value === 'string' ? nearestNames(value, names) : [];
      return {
        message: `expected ${listed.join(' or ')}${more}, got ${describeValue(value)}`,
        ...(near.length === 0
          ? {}
          : { hint: `Did you mean ${near.map((name) => `"${shortened(name)}"`).join(' or ')}?` }),
      };
    });
  };
}

type NumberRule = (value: number | bigint) => boolean;

function numberKeywords(at: SchemaAt, { number: checks }: Checks): void {
  const rule = (holds: NumberRule, expected: string): void => {
    checks.push(
      (value, place, run) =>
        holds(value as number | bigint) ||
        tell(run, place, () => ({ message: `expected ${expected}, got ${describeValue(value)}` })),
    );
  };
  const bound = (name: string, exclusive_name: string): { limit: number | bigint; is_exclusive: boolean }[] => {
    const limit = readKeyword(at, name, number);
    const written: unknown = Object.hasOwn(at.schema, exclusive_name) ? at.schema[exclusive_name] : undefined;
    // Draft 4 and OpenAPI 3.0 write true beside the bound.
    if (typeof written === 'boolean') return limit === undefined ? [] : [{ limit, is_exclusive: written }];
    const exclusive = readKeyword(at, exclusive_name, number);
    return [
      ...(limit === undefined ? [] : [{ limit, is_exclusive: false }]),
      ...(exclusive === undefined ? [] : [{ limit: exclusive, is_exclusive: true }]),
    ];
  };
  for (const { limit, is_exclusive } of bound('minimum', 'exclusiveMinimum')) {
    if (is_exclusive) rule((value) => value > limit, `more than ${limit}`);
    else rule((value) => value >= limit, `at least ${limit}`);
  }
  for (const { limit, is_exclusive } of bound('maximum', 'exclusiveMaximum')) {
    if (is_exclusive) rule((value) => value < limit, `less than ${limit}`);
    else rule((value) => value <= limit, `at most ${limit}`);
  }
  const factor = readKeyword(at, 'multipleOf', {
    is: (value): value is number | bigint => number.is(value) && value > 0,
    expected: 'a number greater than zero',
  });
  if (factor === undefined) return;
  rule(
    (value) => (typeof value === 'bigint' || Number.isFinite(value) ? isMultipleOf(value, factor) : false),
    `a multiple of ${factor}`,
  );
}

function textKeywords(at: SchemaAt, { text: checks }: Checks): void {
  const least = readKeyword(at, 'minLength', count);
  const most = readKeyword(at, 'maxLength', count);
  const rule = (bound: number, holds: (characters: number) => boolean, words: string): void => {
    checks.push((value, place, run) => {
      const given = value as string;
      // Every character is one or two units: mostly there is nothing to count.
      if (holds(given.length) && holds(Math.ceil(given.length / 2))) return true;
      spend(run, textSteps(given));
      const characters = countCharacters(given);
      return (
        holds(characters) ||
        tell(run, place, () => ({ message: `expected ${words} ${bound} characters, got ${characters}` }))
      );
    });
  };
  if (least !== undefined) rule(least, (characters) => characters >= least, 'at least');
  if (most !== undefined) rule(most, (characters) => characters <= most, 'at most');
  const source = readKeyword(at, 'pattern', text);
  const pattern = source === undefined ? undefined : patternAt(at, 'pattern', source);
  if (pattern === undefined) return;
  checks.push(
    (value, place, run) =>
      pattern.isIn(value as string, run) ||
      tell(run, place, () => ({
        message: `expected a text that matches ${shownSource(pattern.source)}, got ${describeValue(value)}`,
      })),
  );
}

/** The compiled expression; undefined after telling what is wrong with it. */
export function patternAt({ path, compiling }: SchemaAt, name: string, source: string): EcmaPattern | undefined {
  const pattern = compileEcmaPattern(source);
  if (!('problem' in pattern)) return pattern;
  compiling.faults.tell(join(path, name), pattern.problem, 'The syntax is that of ECMAScript with the flag u.');
  return undefined;
}
