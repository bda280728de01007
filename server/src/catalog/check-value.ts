// What a value of each parameter is: a fast yes or no, and the words for a no. Never coerces, never changes a value.
import { isJsonObject } from '../base/json.ts';
import { constraintRules } from './check-constraints.ts';
import type { Effort, Rule } from './check-constraints.ts';
import { describeValue, shortened } from './describe-value.ts';
import type { ArgumentMap, ArgumentValue, Parameter, ParameterType, ScalarType } from './parameters.ts';

export interface ValueFault {
  /** Place inside the value: `[2]`, or nothing. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

export interface ValueCheck {
  readonly accepts: (value: unknown) => value is ArgumentValue;
  /** What is wrong with a value that is not accepted. */
  readonly explain: (value: unknown) => ValueFault;
  /** Writes an accepted value as its type is handed on, where JSON has more than one form of it. */
  readonly take?: (value: ArgumentValue) => ArgumentValue;
}

/** For faults: `expected …`. */
export const expectedWords: Readonly<Record<ParameterType, string>> = {
  string: 'a string',
  integer: 'an integer',
  float: 'a number',
  boolean: 'true or false',
  array: 'a list',
  map: 'an object',
};

function wrongType(expected: string, value: unknown): ValueFault {
  return { path: '', message: `expected ${expected}, got ${describeValue(value)}` };
}

const stringCheck: ValueCheck = {
  accepts: (value): value is string => typeof value === 'string' && value.isWellFormed() && !value.includes('\0'),
  explain: (value) => {
    if (typeof value !== 'string') return wrongType('a string', value);
    const what = value.includes('\0') ? 'the character U+0000' : 'half of a surrogate pair';
    return { path: '', message: `the text contains ${what}`, hint: 'Databases cannot hold it; leave it out.' };
  },
};

const integerCheck: ValueCheck = {
  // A double beyond 2^53 may be a neighbour of what was written; the parser keeps what has all its digits as bigint.
  accepts: (value): value is number | bigint =>
    typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value),
  explain: (value) => {
    if (typeof value !== 'bigint' && !Number.isInteger(value)) return wrongType('an integer', value);
    if (Math.abs(Number(value)) >= 2 ** 63) {
      const hint = 'Integers from -9223372036854775808 to 9223372036854775807 are taken.';
      return { path: '', message: 'the integer is too large for 64 bits', hint };
    }
    return {
      path: '',
      message: 'the integer is too large to arrive exactly',
      hint: 'Beyond 2^53 write it with all its digits, without fraction and exponent.',
    };
  },
};

const floatCheck: ValueCheck = {
  accepts: (value): value is number | bigint => typeof value === 'bigint' || Number.isFinite(value),
  explain: (value) => {
    if (typeof value !== 'number') return wrongType('a number', value);
    return { path: '', message: 'the number is too large', hint: 'Numbers up to about 1.8e308 are taken.' };
  },
  take: (value) => (typeof value === 'bigint' ? Number(value) : value),
};

const booleanCheck: ValueCheck = {
  accepts: (value) => typeof value === 'boolean',
  explain: (value) => wrongType('true or false', value),
};

const simpleChecks: Readonly<Record<ScalarType, ValueCheck>> = {
  string: stringCheck,
  integer: integerCheck,
  float: floatCheck,
  boolean: booleanCheck,
};

/** The check of one parameter's values, built once. Regular expressions count into `effort`. */
export function compileCheck(parameter: Parameter, effort: Effort = { steps: 0 }): ValueCheck {
  const rules = constraintRules(parameter.constraints, effort);
  const type = typeCheck(parameter, effort);
  return rules.length === 0 ? type : withRules(type, rules);
}

function typeCheck({ type, items, value_type }: Parameter, effort: Effort): ValueCheck {
  switch (type) {
    case 'array':
      return arrayCheck(items === undefined ? stringCheck : compileCheck(items, effort));
    case 'map':
      return mapCheck(value_type === undefined ? anyScalar : simpleChecks[value_type]);
    default:
      return simpleChecks[type];
  }
}

function withRules(type: ValueCheck, rules: readonly Rule[]): ValueCheck {
  const { take } = type;
  const brokenRule = (value: ArgumentValue): Rule | undefined => {
    const taken = take === undefined ? value : take(value);
    return rules.find(({ holds }) => !holds(taken));
  };
  return {
    ...type,
    accepts: (value): value is ArgumentValue => type.accepts(value) && brokenRule(value) === undefined,
    explain: (value) => {
      if (!type.accepts(value)) return type.explain(value);
      return { path: '', message: 'the value is not allowed', ...brokenRule(value)?.explain(value) };
    },
  };
}

function arrayCheck(item: ValueCheck): ValueCheck {
  const { take } = item;
  return {
    accepts: (value): value is readonly ArgumentValue[] => Array.isArray(value) && value.every(item.accepts),
    explain: (value) => {
      if (!Array.isArray(value)) return wrongType('a list', value);
      const items: readonly unknown[] = value;
      const index = items.findIndex((entry) => !item.accepts(entry));
      const fault = item.explain(items[index]);
      return { ...fault, path: `[${index}]${fault.path}` };
    },
    ...(take === undefined ? {} : { take: (list) => (list as readonly ArgumentValue[]).map((entry) => take(entry)) }),
  };
}

const anyScalar: ValueCheck = {
  accepts: (value): value is ArgumentValue => Object.values(simpleChecks).some((check) => check.accepts(value)),
  explain: (value) =>
    typeof value === 'string' ? stringCheck.explain(value) : wrongType('a string, a number, true or false', value),
};

function mapCheck(values: ValueCheck): ValueCheck {
  const { take } = values;
  return {
    accepts: (value): value is ArgumentMap =>
      isJsonObject(value) &&
      Object.keys(value).every(stringCheck.accepts) &&
      Object.values(value).every(values.accepts),
    explain: (value) => {
      if (!isJsonObject(value)) return wrongType('an object', value);
      const [key, item] = Object.entries(value).find(
        ([name, entry]) => !stringCheck.accepts(name) || !values.accepts(entry),
      ) ?? ['', undefined];
      if (!stringCheck.accepts(key)) return stringCheck.explain(key);
      const fault = values.explain(item);
      return { ...fault, path: `.${shortened(key)}${fault.path}` };
    },
    ...(take === undefined ? {} : { take: (map) => takeEach(map as ArgumentMap, take) }),
  };
}

function takeEach(map: ArgumentMap, take: (value: ArgumentValue) => ArgumentValue): ArgumentMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, take(value)]));
}
