import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifies } from '../../../test/support/verifies.ts';
import { ToolcribError } from '../base/errors.ts';
import { canonicalJson } from '../base/json.ts';
import type { JsonValue } from '../base/json.ts';
import { toInputSchema } from './input-schema.ts';
import type { Arguments, Constraints, Parameter, ParameterType, ValuePattern } from './parameters.ts';
import { compileValidator } from './validate-arguments.ts';

/** The checked arguments, or undefined for a refusal. */
function check(parameters: readonly Parameter[], args: unknown): Arguments | undefined {
  try {
    return compileValidator('search', parameters)(args, () => 'filled in');
  } catch (thrown) {
    if (thrown instanceof ToolcribError && thrown.code === 'arguments_invalid') return undefined;
    throw thrown;
  }
}

// The independent judge. Inherited properties are not given ones: a parameter may be called `constructor`.
const ajv = new Ajv2020({ strict: false, ownProperties: true });

const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

function present<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

const texts = fc.constantFrom('', 'a', 'ab', 'ba', 'A1', '😀', 'a b', 'x\ny', 'c.d');
const patterns = fc.constantFrom(
  'a',
  '^a',
  'a|b',
  String.raw`^\w*$`,
  '.',
  String.raw`\s`,
  '^[^a]+$',
  '^.{2}$',
  '[b-d]$',
);
const numbers = fc.constantFrom(-2, -1, 0, 1, 2, 3, 10);
const ratios = fc.oneof(numbers, fc.constantFrom(0.5, -1.5, 1e300));
const listOf = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(values, { minLength: 1, maxLength: 3 });

function constraintsOf(type: ParameterType): fc.Arbitrary<Constraints> {
  const valued = (
    values: fc.Arbitrary<ValuePattern>,
  ): Record<'allowed_values' | 'excluded_values', fc.Arbitrary<unknown>> => ({
    allowed_values: some(listOf(values)),
    excluded_values: some(listOf(values)),
  });
  const shape: Readonly<Record<ParameterType, Record<string, fc.Arbitrary<unknown>>>> = {
    string: {
      ...valued(
        fc.oneof(
          texts,
          patterns.map((pattern) => ({ pattern })),
        ),
      ),
      min_length: some(fc.nat(2)),
      max_length: some(fc.nat(4)),
      pattern: some(patterns),
    },
    integer: { ...valued(numbers), min_value: some(numbers), max_value: some(numbers) },
    float: { ...valued(ratios), min_value: some(ratios), max_value: some(ratios) },
    boolean: valued(fc.boolean()),
    array: valued(fc.array(fc.oneof(texts, numbers), { maxLength: 2 })),
    map: {},
  };
  return fc.record(shape[type]).map((fields) => present(fields) as Constraints);
}

function anyParameter(name: string, depth = 0): fc.Arbitrary<Parameter> {
  const types: readonly ParameterType[] = [
    'string',
    'integer',
    'float',
    'boolean',
    ...(depth < 2 ? (['array', 'map'] as const) : []),
  ];
  return fc.constantFrom(...types).chain((type) =>
    fc
      .record({
        name: fc.constant(name),
        type: fc.constant(type),
        description: fc.string(),
        required: fc.boolean(),
        constraints: some(constraintsOf(type)),
        items: type === 'array' ? anyParameter('item', depth + 1) : fc.constant(undefined),
        value_type:
          type === 'map' ? some(fc.constantFrom('string', 'integer', 'float', 'boolean')) : fc.constant(undefined),
        filled_from: depth === 0 ? fc.constantFrom(undefined, undefined, undefined, caller) : fc.constant(undefined),
      })
      .map((fields) => plainWhenFilled(present(fields) as Parameter)),
  );
}

const caller = { kind: 'caller', fact: '$user.id' } as const;

/** What is filled in here is a text that nothing constrains. */
function plainWhenFilled(parameter: Parameter): Parameter {
  const { name, description, required, filled_from } = parameter;
  return filled_from === undefined ? parameter : { name, type: 'string', description, required, filled_from };
}

const names = fc.oneof(
  fc.constantFrom('constructor', 'toString', 'valueOf', 'a.b', '0', '-'),
  fc.stringMatching(/^[a-z_]{1,6}$/),
);
const anyParameters: fc.Arbitrary<readonly Parameter[]> = fc.oneof(
  // One alone, so that its own verdict is seen.
  { weight: 3, arbitrary: anyParameter('it').map((one) => [one]) },
  {
    weight: 1,
    arbitrary: fc
      .uniqueArray(names, { maxLength: 4 })
      .chain((unique) => fc.tuple(...unique.map((name) => anyParameter(name)))),
  },
);

// What JSON can hold, with the odd values more likely.
const anyJson = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, 0, -0, 1.5, 2 ** 53 - 1, '', '3', true, false, [], [null], {}, { a: null }),
) as fc.Arbitrary<JsonValue>;

function valueFor({ type, items, value_type, constraints }: Parameter): fc.Arbitrary<unknown> {
  const own = typedValue(type, items, value_type);
  const allowed = (constraints?.allowed_values ?? []).filter(
    (value) => typeof value !== 'object' || Array.isArray(value),
  );
  return allowed.length === 0
    ? own
    : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...allowed) }, { weight: 1, arbitrary: own });
}

function typedValue(
  type: ParameterType,
  items: Parameter | undefined,
  value_type: Parameter['value_type'],
): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return fc.oneof(texts, fc.string({ unit: 'grapheme', maxLength: 5 }));
    case 'integer':
      return fc.oneof(numbers, fc.maxSafeInteger());
    case 'float':
      return fc.oneof(ratios, fc.double({ noNaN: true, noDefaultInfinity: true }));
    case 'boolean':
      return fc.boolean();
    case 'array':
      return items === undefined ? fc.constant([]) : fc.array(valueFor(items), { maxLength: 3 });
    case 'map':
      return fc.dictionary(
        fc.string(),
        value_type === undefined ? anyJson : typedValue(value_type, undefined, undefined),
        {
          maxKeys: 3,
        },
      );
  }
}

/** Mostly fitting arguments, some of any shape, some absent, now and then one too many. */
const call = anyParameters.chain((parameters) => {
  const values = parameters.map((one) =>
    fc.oneof(
      { weight: 7, arbitrary: valueFor(one) },
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
  return fc.record({ values: fc.tuple(...values), extra }).map(({ values: given, extra: more }) => ({
    parameters,
    args: Object.fromEntries(
      [
        ...more,
        ...parameters.flatMap(({ name, filled_from }, index) =>
          filled_from === undefined ? [[name, given[index]] as const] : [],
        ),
      ].filter(([, value]) => value !== undefined),
    ),
  }));
});

/** What the schema cannot say: texts that no database holds, and doubles that may stand for another integer. */
function isOdd(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed();
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).some(([key, item]) => isOdd(key) || isOdd(item))
  );
}

describe('for any parameters and any arguments', () => {
  it('the schema accepts exactly what the validator accepts, and nothing is changed', () => {
    verifies('DBT-06');
    const verdicts = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(call, ({ parameters, args }) => {
        const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null));
        fc.pre(!isOdd(given));
        const before = canonicalJson(args);
        const checked = check(parameters, args);
        expect(canonicalJson(args)).toBe(before);
        const is_valid = ajv.compile(toInputSchema(parameters))(given);
        expect(is_valid).toBe(checked !== undefined);
        verdicts[is_valid ? 'accepted' : 'refused'] += 1;
        if (checked === undefined) return;
        const expected = parameters.map(({ name, filled_from }) => [
          name,
          filled_from === undefined ? (Object.hasOwn(given, name) ? given[name] : null) : 'filled in',
        ]);
        expect(canonicalJson(checked)).toBe(canonicalJson(Object.fromEntries(expected)));
      }),
      { numRuns: 600 },
    );
    expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(40);
  }, 30_000);
});

describe('toInputSchema', () => {
  const schemaOf = (type: ParameterType, more: Partial<Parameter> = {}): unknown =>
    (toInputSchema([{ name: 'it', type, description: 'It', required: true, ...more }])['properties'] as { it: unknown })
      .it;

  it('publishes types, descriptions, defaults, items and what is required, and nothing that is filled in', () => {
    verifies('DBT-06');
    const parameter = (name: string, type: ParameterType, more: Partial<Parameter> = {}): Parameter => ({
      name,
      type,
      description: `The ${name}`,
      required: true,
      ...more,
    });
    expect(
      toInputSchema([
        parameter('text', 'string'),
        parameter('limit', 'integer', { required: false, default: 10 }),
        parameter('numbers', 'array', { items: parameter('number', 'integer') }),
        parameter('user', 'string', { filled_from: caller }),
        parameter('copy', 'string', { filled_from: { kind: 'parameter', name: 'text' } }),
      ]),
    ).toEqual({
      type: 'object',
      properties: {
        text: { type: 'string', description: 'The text' },
        limit: { type: 'integer', description: 'The limit', default: 10 },
        numbers: { type: 'array', description: 'The numbers', items: { type: 'integer', description: 'The number' } },
      },
      required: ['text', 'numbers'],
      additionalProperties: false,
    });
  });

  it.each<[string, ParameterType, Partial<Parameter>, object]>([
    ['whole values', 'string', { constraints: { allowed_values: ['a', 'b'] } }, { enum: ['a', 'b'] }],
    ['one pattern', 'string', { constraints: { allowed_values: [{ pattern: 'a|b' }] } }, { pattern: '^(?:a|b)$' }],
    [
      'both',
      'string',
      { constraints: { allowed_values: ['x', { pattern: 'a+' }] } },
      { anyOf: [{ enum: ['x'] }, { pattern: '^(?:a+)$' }] },
    ],
    ['excluded values', 'integer', { constraints: { excluded_values: [0] } }, { not: { enum: [0] } }],
    ['lengths', 'string', { constraints: { min_length: 1, max_length: 9 } }, { minLength: 1, maxLength: 9 }],
    ['bounds', 'float', { constraints: { min_value: 0, max_value: 0.5 } }, { minimum: 0, maximum: 0.5 }],
    [
      'two conditions of one keyword',
      'string',
      { constraints: { allowed_values: [{ pattern: 'a+' }], pattern: 'aa' } },
      { allOf: [{ pattern: '^(?:a+)$' }, { pattern: 'aa' }] },
    ],
    [
      'the bound of a large pattern',
      'string',
      { constraints: { pattern: '^[a-z]{1,400}$' } },
      { pattern: '^[a-z]{1,400}$', maxLength: 4_981 },
    ],
    ['values of a map', 'map', { value_type: 'float' }, { additionalProperties: { type: 'number' } }],
    ['any values of a map', 'map', {}, { additionalProperties: { type: ['string', 'number', 'boolean'] } }],
  ])('says %s', (_name, type, more, keywords) => {
    const words = {
      string: 'string',
      integer: 'integer',
      float: 'number',
      boolean: 'boolean',
      array: 'array',
      map: 'object',
    };
    expect(schemaOf(type, more)).toEqual({ type: words[type], description: 'It', ...keywords });
  });

  it('tells in words what JSON Schema cannot say', () => {
    expect(schemaOf('string', { constraints: { pattern: '(?i)^ab' } })).toEqual({
      type: 'string',
      description: 'It It matches the regular expression (RE2) (?i)^ab',
    });
    expect(
      schemaOf('string', {
        constraints: { allowed_values: ['x', { pattern: '(?i)ab' }], excluded_values: [{ pattern: '[[:digit:]]' }] },
      }),
    ).toEqual({
      type: 'string',
      description:
        'It One of: "x", a text that as a whole matches the regular expression (RE2) (?i)ab. Not: a text that as a whole matches the regular expression (RE2) [[:digit:]].',
    });
  });
});
