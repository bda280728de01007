// What a value of each parameter type is: a fast yes or no, and the words for a no. Never coerces, never changes a value.
import { describeValue, shortened } from './describe-value.ts';
import { isJsonObject } from '../base/json.ts';
import type { ArgumentMap, ArgumentValue, Parameter, ScalarType } from './parameters.ts';

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
}

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
  accepts: (value): value is number => Number.isSafeInteger(value),
  explain: (value) => {
    if (!Number.isInteger(value)) return wrongType('an integer', value);
    return {
      path: '',
      message: 'the integer is too large to arrive exactly',
      hint: 'Integers from -9007199254740991 to 9007199254740991 are taken.',
    };
  },
};

const floatCheck: ValueCheck = {
  accepts: (value): value is number => Number.isFinite(value),
  explain: (value) => {
    if (typeof value !== 'number') return wrongType('a number', value);
    return { path: '', message: 'the number is too large', hint: 'Numbers up to about 1.8e308 are taken.' };
  },
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

/** The check of one parameter's values, built once. */
export function compileCheck({ type, items, value_type }: Parameter): ValueCheck {
  switch (type) {
    case 'array':
      return arrayCheck(items === undefined ? stringCheck : compileCheck(items));
    case 'map':
      return mapCheck(value_type === undefined ? anyScalar : simpleChecks[value_type]);
    default:
      return simpleChecks[type];
  }
}

function arrayCheck(item: ValueCheck): ValueCheck {
  return {
    accepts: (value): value is readonly ArgumentValue[] => Array.isArray(value) && value.every(item.accepts),
    explain: (value) => {
      if (!Array.isArray(value)) return wrongType('a list', value);
      const items: readonly unknown[] = value;
      const index = items.findIndex((entry) => !item.accepts(entry));
      const fault = item.explain(items[index]);
      return { ...fault, path: `[${index}]${fault.path}` };
    },
  };
}

const anyScalar: ValueCheck = {
  accepts: (value): value is ArgumentValue => Object.values(simpleChecks).some((check) => check.accepts(value)),
  explain: (value) =>
    typeof value === 'string' ? stringCheck.explain(value) : wrongType('a string, a number, true or false', value),
};

function mapCheck(values: ValueCheck): ValueCheck {
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
  };
}
