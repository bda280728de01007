import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifies } from '../../../test/support/verifies.ts';
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import { toInputSchema } from './input-schema.ts';
import type { Parameter, ParameterType } from './parameters.ts';
import { compileValidator } from './validate-arguments.ts';

function parameter(name: string, type: ParameterType, more: Partial<Parameter> = {}): Parameter {
  return { name, type, description: `The ${name}`, required: true, ...more };
}

const text = parameter('text', 'string');
const count = parameter('count', 'integer');
const ratio = parameter('ratio', 'float');
const exact = parameter('exact', 'boolean');
const numbers = parameter('numbers', 'array', { items: parameter('number', 'integer') });
const table = parameter('table', 'array', { items: parameter('row', 'array', { items: parameter('cell', 'string') }) });

const noFill = (): never => {
  throw new TypeError('Nothing is filled in here');
};

function faultsOf(parameters: readonly Parameter[], args: unknown): readonly Fault[] {
  try {
    compileValidator('search', parameters)(args, noFill);
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError)) throw thrown;
    expect(thrown.code).toBe('arguments_invalid');
    expect(thrown.message).toContain('search');
    return thrown.faults;
  }
  return [];
}

describe('refuses', () => {
  const cut = 'x'.repeat(39);
  it.each<[string, Parameter, unknown, string, string]>([
    ['text for an integer', count, '3', 'count', 'expected an integer, got the text "3"'],
    ['text for a float', ratio, '1.5', 'ratio', 'expected a number, got the text "1.5"'],
    ['text for a boolean', exact, 'true', 'exact', 'expected true or false, got the text "true"'],
    ['text for a list', numbers, '[1]', 'numbers', 'expected a list, got the text "[1]"'],
    ['a number for text', text, 3, 'text', 'expected a string, got the number 3'],
    ['a boolean for text', text, true, 'text', 'expected a string, got true'],
    ['an object for text', text, {}, 'text', 'expected a string, got an object'],
    ['a list for text', text, ['a'], 'text', 'expected a string, got a list'],
    ['true for an integer', count, true, 'count', 'expected an integer, got true'],
    ['a fraction for an integer', count, 1.5, 'count', 'expected an integer, got the number 1.5'],
    ['a number for a boolean', exact, 1, 'exact', 'expected true or false, got the number 1'],
    ['infinity, as 1e400 arrives', ratio, JSON.parse('1e400'), 'ratio', 'the number is too large'],
    ['an integer beyond 2^53', count, 2 ** 53, 'count', 'the integer is too large to arrive exactly'],
    ['an integer below -2^53', count, -(2 ** 53), 'count', 'the integer is too large to arrive exactly'],
    ['a wrong item', numbers, [1, 2, '3'], 'numbers[2]', 'expected an integer, got the text "3"'],
    ['null as an item', numbers, [1, null], 'numbers[1]', 'expected an integer, got null'],
    ['a wrong item deep inside', table, [['a'], ['b', 1]], 'table[1][1]', 'expected a string, got the number 1'],
    ['an object with a length for a list', numbers, { length: 0 }, 'numbers', 'expected a list, got an object'],
    ['the character NUL', text, 'a\0b', 'text', 'the text contains the character U+0000'],
    ['a lone surrogate', text, 'a\ud800b', 'text', 'the text contains half of a surrogate pair'],
    [
      'a long text, of which it shows little',
      count,
      'x'.repeat(50),
      'count',
      `expected an integer, got the text "${cut}…"`,
    ],
  ])('%s', (_name, wanted, value, path, message) => {
    verifies('DBT-06');
    expect(faultsOf([wanted], { [wanted.name]: value })).toEqual([expect.objectContaining({ path, message })]);
  });

  it('everything at once, one fault per argument', () => {
    verifies('DBT-06');
    expect(faultsOf([text, count, ratio], { count: '3', ratio: null, cont: 1 })).toEqual([
      { path: 'text', message: 'the argument is required and missing' },
      { path: 'count', message: 'expected an integer, got the text "3"' },
      { path: 'ratio', message: 'the argument is required and missing' },
      { path: 'cont', message: 'there is no argument of this name', hint: 'Valid: count, text, ratio.' },
    ]);
  });

  it('an unknown argument of a tool without any', () => {
    expect(faultsOf([], { a: 1 })).toEqual([
      { path: 'a', message: 'there is no argument of this name', hint: 'The tool takes no arguments.' },
    ]);
  });

  it('a null that stands for nothing under an unknown name', () => {
    expect(faultsOf([text], { text: 'a', other: null })).toHaveLength(1);
  });

  it.each([
    [null, 'null'],
    [[], 'a list'],
    ['{}', 'the text "{}"'],
    [3, 'the number 3'],
  ])('%j instead of an object', (args, got) => {
    expect(faultsOf([], args)).toEqual([
      {
        path: '',
        message: `expected an object with one entry per argument, got ${got}`,
        hint: 'Send the arguments by name: {"name": value}.',
      },
    ]);
  });

  it('names that every object has: they are neither given nor valid by inheritance', () => {
    const odd = [parameter('constructor', 'string'), parameter('toString', 'string', { required: false })];
    expect(faultsOf(odd, {})).toEqual([{ path: 'constructor', message: 'the argument is required and missing' }]);
    expect(compileValidator('odd', odd)({ constructor: 'a' }, noFill)).toEqual({ constructor: 'a', toString: null });
    expect(faultsOf([], JSON.parse('{"__proto__": {"a": 1}}'))).toEqual([
      expect.objectContaining({ path: '__proto__' }),
    ]);
    expect(faultsOf([text], JSON.parse('{"text": "a", "__proto__": 1}'))).toHaveLength(1);
    expect(faultsOf([text], { text: 'a', hasOwnProperty: 1 })).toHaveLength(1);
  });

  it('thousands of unknown arguments within bounds', () => {
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`${'k'.repeat(50)}${index}`, 1]));
    const faults = faultsOf([text], many);
    expect(faults.length).toBeLessThanOrEqual(101);
    expect(Math.max(...faults.map(({ path }) => path.length))).toBeLessThanOrEqual(40);
  });
});

describe('accepts', () => {
  it.each<[string, Parameter, unknown]>([
    ['an integer for a float', ratio, 1],
    ['1.0 for an integer', count, JSON.parse('1.0')],
    ['the largest exact integer', count, Number.MAX_SAFE_INTEGER],
    ['an empty text', text, ''],
    ['an empty list', numbers, []],
    ['a surrogate pair', text, '😀'],
  ])('%s', (_name, wanted, value) => {
    verifies('DBT-06');
    expect(compileValidator('search', [wanted])({ [wanted.name]: value }, noFill)).toEqual({ [wanted.name]: value });
  });

  it('no arguments at all, filling in defaults and null', () => {
    const optional = [
      parameter('a', 'string', { required: false }),
      parameter('b', 'array', { required: false, default: [1], items: count }),
    ];
    const validate = compileValidator('search', optional);
    expect(validate(undefined, noFill)).toEqual({ a: null, b: [1] });
    expect(validate({ a: null, b: null }, noFill)).toEqual({ a: null, b: [1] });
    expect(validate({ b: [] }, noFill)).toEqual({ a: null, b: [] });
  });
});

// The independent judge. Inherited properties are not given ones: a parameter may be called `constructor`.
const ajv = new Ajv2020({ strict: false, ownProperties: true });

// What JSON can hold, with the odd values more likely.
const anyJson = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, 0, -0, 1.5, 2 ** 53, 2 ** 53 - 1, '', '3', 'a\0', '\udc00', true, false, [], [null], {}),
) as fc.Arbitrary<unknown>;
const anyName = fc.oneof(
  fc.constantFrom('constructor', 'toString', 'valueOf', 'a.b', '0', '-'),
  fc.stringMatching(/^[a-z_]{1,6}$/),
);

function anyParameter(name: string, depth = 0): fc.Arbitrary<Parameter> {
  const simple = fc.constantFrom<ParameterType>('string', 'integer', 'float', 'boolean');
  const base = fc.record({ name: fc.constant(name), type: simple, description: fc.string(), required: fc.boolean() });
  if (depth === 2) return base;
  const array = anyParameter('item', depth + 1).chain((items) =>
    base.map((rest) => ({ ...rest, type: 'array' as const, items })),
  );
  return fc.oneof(base, array);
}

const anyParameters = fc
  .uniqueArray(anyName, { maxLength: 4 })
  .chain((names) => fc.tuple(...names.map((name) => anyParameter(name))));

function valueFor({ type, items }: Parameter): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return fc.string({ unit: 'binary' });
    case 'integer':
      return fc.maxSafeInteger();
    case 'float':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    default:
      return items === undefined ? fc.constant([]) : fc.array(valueFor(items), { maxLength: 4 });
  }
}

/** Mostly fitting arguments, some of any shape, some absent, now and then one too many. */
const call = anyParameters.chain((parameters) => {
  const values = parameters.map((one) =>
    fc.oneof(
      { weight: 5, arbitrary: valueFor(one) },
      { weight: 1, arbitrary: anyJson },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
  );
  const extra = fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fc.tuple(
          fc.string(),
          anyJson.filter((value) => value !== null),
        ),
      ),
    },
  );
  return fc
    .record({ parameters: fc.constant(parameters), values: fc.tuple(...values), extra })
    .map(({ values: given, extra: more }) => ({
      parameters,
      args: Object.fromEntries(
        [...more, ...parameters.map(({ name }, index) => [name, given[index]] as const)].filter(
          ([, value]) => value !== undefined,
        ),
      ),
    }));
});

function isOfType(value: unknown, { type, items }: Parameter): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string' && !/\0/.test(value) && value.isWellFormed();
    case 'integer':
      return typeof value === 'number' && value % 1 === 0 && Math.abs(value) < 2 ** 53;
    case 'float':
      return typeof value === 'number' && Math.abs(value) < Infinity;
    case 'boolean':
      return value === true || value === false;
    default:
      return Array.isArray(value) && value.every((item) => items !== undefined && isOfType(item, items));
  }
}

describe('for any parameters and any arguments', () => {
  it('values have the declared type and are not changed, and the published schema agrees with every verdict', () => {
    verifies('DBT-06');
    let accepted = 0;
    fc.assert(
      fc.property(call, ({ parameters, args }) => {
        const judge = ajv.compile(toInputSchema(parameters));
        const before = structuredClone(Object.entries(args));
        const present = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null));
        const faults = faultsOf(parameters, args);
        expect(Object.entries(args)).toStrictEqual(before);
        if (faults.length > 0) {
          // What the schema cannot say: texts that no database holds, integers that are not exact.
          const only_content = faults.every(({ message }) => /contains|too large/.test(message));
          expect(judge(present)).toBe(only_content);
          return;
        }
        accepted += 1;
        expect(judge(present)).toBe(true);
        const checked = compileValidator('search', parameters)(args, noFill);
        expect(Object.keys(checked).toSorted()).toEqual(parameters.map(({ name }) => name).toSorted());
        for (const one of parameters) {
          const given = Object.hasOwn(args, one.name) ? args[one.name] : null;
          expect(checked[one.name]).toBe(given);
          if (given !== null) expect(isOfType(checked[one.name], one)).toBe(true);
          else expect(one.required).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
    expect(accepted).toBeGreaterThan(20);
  }, 30_000);
});

describe('toInputSchema', () => {
  it('publishes types, descriptions, defaults, items and what is required', () => {
    expect(toInputSchema([text, parameter('limit', 'integer', { required: false, default: 10 }), numbers])).toEqual({
      type: 'object',
      properties: {
        text: { type: 'string', description: 'The text' },
        limit: { type: 'integer', description: 'The limit', default: 10 },
        numbers: {
          type: 'array',
          description: 'The numbers',
          items: { type: 'integer', description: 'The number' },
        },
      },
      required: ['text', 'numbers'],
      additionalProperties: false,
    });
  });
});
