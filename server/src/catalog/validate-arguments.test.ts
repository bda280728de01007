import { describe, expect, it } from 'vitest';
import { verifies } from '../../../test/support/verifies.ts';
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import type { Constraints, Parameter, ParameterType } from './parameters.ts';
import { compileValidator } from './validate-arguments.ts';
import type { FillParameter } from './validate-arguments.ts';

function parameter(name: string, type: ParameterType, more: Partial<Parameter> = {}): Parameter {
  return { name, type, description: `The ${name}`, required: true, ...more };
}

const text = parameter('text', 'string');
const count = parameter('count', 'integer');
const ratio = parameter('ratio', 'float');
const exact = parameter('exact', 'boolean');
const numbers = parameter('numbers', 'array', { items: parameter('number', 'integer') });
const scores = parameter('scores', 'map', { value_type: 'integer' });
const anything = parameter('anything', 'map');
const table = parameter('table', 'array', { items: parameter('row', 'array', { items: parameter('cell', 'string') }) });

const noFill = (): never => {
  throw new TypeError('Nothing is filled in here');
};

function faultsOf(parameters: readonly Parameter[], args: unknown, fill: FillParameter = noFill): readonly Fault[] {
  try {
    compileValidator('search', parameters)(args, fill);
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
    ['infinity', ratio, Infinity, 'ratio', 'the number is too large'],
    [
      'an integer beyond 2^53 that is not written out',
      count,
      1e16,
      'count',
      'the integer is too large to arrive exactly',
    ],
    ['one below -2^53', count, -1e16, 'count', 'the integer is too large to arrive exactly'],
    ['an integer beyond 64 bits', count, 2 ** 63, 'count', 'the integer is too large for 64 bits'],
    ['a bigint beyond 64 bits', count, 2n ** 63n, 'count', 'the integer is too large for 64 bits'],
    ['an integer below 64 bits', count, -(2n ** 63n) - 1n, 'count', 'the integer is too large for 64 bits'],
    ['a bigint for text', text, 2n ** 60n, 'text', 'expected a string, got the number 1152921504606846976'],
    ['a wrong value of a map', scores, { a: 1, b: '2' }, 'scores.b', 'expected an integer, got the text "2"'],
    ['null in a map', anything, { a: null }, 'anything.a', 'expected a string, a number, true or false, got null'],
    ['a list for a map', scores, [1], 'scores', 'expected an object, got a list'],
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
    ['the largest exact double', count, Number.MAX_SAFE_INTEGER],
    ['the largest 64-bit integer', count, 2n ** 63n - 1n],
    ['the smallest 64-bit integer', count, -(2n ** 63n)],
    ['64-bit integers in a list', numbers, [1, 2n ** 60n]],
    ['a map', anything, { a: 1, b: 'x', c: true, d: 1.5, e: 2n ** 60n }],
    ['a map with odd keys', anything, JSON.parse('{"__proto__": 1, "constructor": 2}')],
    ['an empty text', text, ''],
    ['an empty list', numbers, []],
    ['a surrogate pair', text, '😀'],
  ])('%s', (_name, wanted, value) => {
    verifies('DBT-06');
    expect(compileValidator('search', [wanted])({ [wanted.name]: value }, noFill)).toEqual({ [wanted.name]: value });
  });

  it('64-bit integers for floats, as doubles', () => {
    const ratios = parameter('ratios', 'array', { items: ratio });
    const rates = parameter('rates', 'map', { value_type: 'float' });
    const big = 9007199254740993n;
    const given = { ratio: big, ratios: [1, big], rates: { a: big, b: 0.5 } };
    expect(compileValidator('search', [ratio, ratios, rates])(given, noFill)).toEqual({
      ratio: 9007199254740992,
      ratios: [1, 9007199254740992],
      rates: { a: 9007199254740992, b: 0.5 },
    });
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

describe('constraints', () => {
  const of = (type: ParameterType, constraints: Constraints, more: Partial<Parameter> = {}): Parameter =>
    parameter('it', type, { constraints, ...more });
  const verdict = (one: Parameter, value: unknown): string => {
    const [fault] = faultsOf([one], { it: value });
    return fault === undefined ? 'taken' : `${fault.path} — ${fault.message} | ${fault.hint ?? ''}`;
  };
  const airline = of('string', { allowed_values: ['CY', 'LH', { pattern: 'X[0-9]+' }] });

  it.each<[string, Parameter, unknown, string]>([
    ['an allowed text', airline, 'CY', 'taken'],
    ['a text that matches as a whole', airline, 'X12', 'taken'],
    [
      'a part of an allowed text',
      airline,
      'C',
      'it — expected "CY", "LH" or a text that is X[0-9]+ as a whole (RE2), got the text "C" | Did you mean "CY"?',
    ],
    ['an allowed number', of('integer', { allowed_values: [1, 2] }), 2, 'taken'],
    ['another number', of('integer', { allowed_values: [1, 2] }), 3, 'it — expected 1 or 2, got the number 3 | '],
    [
      'a big number',
      of('integer', { allowed_values: [1] }),
      2n ** 60n,
      'it — expected 1, got the number 1152921504606846976 | ',
    ],
    ['a float as it is not written', of('float', { allowed_values: [1.5, 2] }), 2.0, 'taken'],
    ['false', of('boolean', { allowed_values: [true] }), false, 'it — expected true, got false | '],
    ['an allowed list', of('array', { allowed_values: [['a', 'b']] }, { items: text }), ['a', 'b'], 'taken'],
    [
      'a part of it',
      of('array', { allowed_values: [['a', 'b']] }, { items: text }),
      ['a'],
      'it — expected ["a","b"], got a list | ',
    ],
    ['an excluded text', of('string', { excluded_values: ['x'] }), 'x', 'it — the text "x" is excluded here | '],
    ['a text around it', of('string', { excluded_values: ['x'] }), 'xx', 'taken'],
    [
      'an excluded pattern',
      of('string', { excluded_values: [{ pattern: '.*;.*' }] }),
      'a;b',
      'it — the text "a;b" is excluded here | ',
    ],
    ['a short text', of('string', { min_length: 2 }), '😀', 'it — expected at least 2 characters, got 1 | '],
    ['a long text', of('string', { max_length: 2 }), 'abc', 'it — expected at most 2 characters, got 3 | '],
    ['emoji within the length', of('string', { max_length: 2 }), '😀😀', 'taken'],
    ['a pattern anywhere', of('string', { pattern: '[0-9]' }), 'a1b', 'taken'],
    [
      'a pattern nowhere',
      of('string', { pattern: String.raw`^\d$` }),
      'a1',
      'it — expected a text that matches ^\\d$ (RE2), got the text "a1" | ',
    ],
    ['too little', of('integer', { min_value: 1 }), 0, 'it — expected at least 1, got the number 0 | '],
    ['too much', of('float', { max_value: 1 }), 1.5, 'it — expected at most 1, got the number 1.5 | '],
    [
      'far too much',
      of('integer', { max_value: 9 }),
      2n ** 62n,
      'it — expected at most 9, got the number 4611686018427387904 | ',
    ],
    [
      'a wrong type before everything',
      of('integer', { min_value: 1 }),
      '0',
      'it — expected an integer, got the text "0" | ',
    ],
    [
      'a wrong item',
      of('array', {}, { items: parameter('item', 'string', { constraints: { max_length: 1 } }) }),
      ['a', 'bb'],
      'it[1] — expected at most 1 characters, got 2 | ',
    ],
  ])('%s', (_name, one, value, told) => {
    verifies('DBT-06');
    expect(verdict(one, value)).toBe(told);
  });

  it('lists ten of many allowed values', () => {
    const many = Array.from({ length: 50 }, (_, index) => index);
    expect(verdict(of('integer', { allowed_values: many }), 99)).toContain(
      '0, 1, 2, 3, 4, 5, 6, 7, 8, 9 or one of 40 more',
    );
  });

  it('A38: allowed values are whole values, so that nothing gets in around them', () => {
    verifies('DBT-06');
    const column = of('string', { allowed_values: ['name', { pattern: 'a|b' }] });
    for (const attack of [
      '(SELECT passwd FROM pg_shadow) name',
      'name\n',
      ' name',
      'NAME',
      'a;DROP TABLE t',
      'xb',
      'a\nb',
    ]) {
      expect(verdict(column, attack)).not.toBe('taken');
    }
  });

  it('a text that would make another engine backtrack for years', () => {
    expect(verdict(of('string', { pattern: '^(x+x+)+y$' }), 'x'.repeat(100_000))).toContain('expected a text');
  });

  it('no more work for regular expressions than one call may cause', () => {
    const heavy = { constraints: { pattern: '[a-z]{1,400}' } };
    const one = parameter('it', 'string', heavy);
    expect(verdict(one, 'a'.repeat(4_000))).toBe('taken');
    expect(verdict(one, 'a'.repeat(6_000))).toMatch(/^it — the text has more than 49\d\d characters/);
    const list = parameter('it', 'array', { items: parameter('item', 'string', heavy) });
    expect(
      verdict(
        list,
        Array.from({ length: 10 }, () => 'a'.repeat(1_000)),
      ),
    ).toMatch(/together too long/);
    const validate = compileValidator('search', [one]);
    for (let call = 0; call < 5; call += 1) expect(validate({ it: 'a'.repeat(4_000) }, noFill)).toBeDefined();
  });
});

describe('what the platform fills in', () => {
  const from_claim = parameter('email', 'string', {
    filled_from: { kind: 'claims', claims: [{ service: 'google', field: 'email' }] },
  });
  const from_caller = parameter('user', 'string', { filled_from: { kind: 'caller', fact: '$user.id' } });
  const copy = parameter('again', 'string', {
    filled_from: { kind: 'parameter', name: 'text' },
    constraints: { max_length: 3 },
  });
  const fill: FillParameter = ({ name }) => ({ email: 'a@b.c', user: 'u1' })[name] ?? null;

  it('is in the arguments, in the order of the parameters, asked for once each', () => {
    verifies('DBT-07');
    const asked: string[] = [];
    const checked = compileValidator('t', [copy, from_claim, text, from_caller])({ text: 'abc' }, (one) => {
      asked.push(one.name);
      return fill(one);
    });
    expect(Object.entries(checked)).toEqual([
      ['again', 'abc'],
      ['email', 'a@b.c'],
      ['text', 'abc'],
      ['user', 'u1'],
    ]);
    expect(asked).toEqual(['email', 'user']);
  });

  it('cannot be given: such an argument is unknown', () => {
    verifies('DBT-07');
    expect(
      faultsOf([from_claim, from_caller, copy, text], { text: 'a', email: 'x', user: null, again: 'b' }, fill),
    ).toEqual([
      { path: 'email', message: 'there is no argument of this name', hint: 'Valid: text.' },
      { path: 'user', message: 'there is no argument of this name', hint: 'Valid: text.' },
      { path: 'again', message: 'there is no argument of this name', hint: 'Valid: text.' },
    ]);
  });

  it('is checked, and the fault names the parameter and never the value', () => {
    verifies('DBT-07');
    const hint = 'The caller does not set it. Ask whoever issues the token or wrote the tool.';
    const number: FillParameter = () => 4711;
    expect(faultsOf([from_claim], {}, number)).toEqual([
      {
        path: 'email',
        message: 'the value that is filled in here does not fit: expected a string, got a number',
        hint,
      },
    ]);
    const bounded = { ...from_claim, constraints: { allowed_values: ['secret-1'] } };
    expect(faultsOf([bounded], {}, () => 'secret-2')).toEqual([
      { path: 'email', message: 'the value that is filled in here is not one that the parameter allows', hint },
    ]);
    expect(faultsOf([from_claim], {}, () => null)).toEqual([
      { path: 'email', message: 'the value that is filled in here is missing', hint },
    ]);
    expect(faultsOf([{ ...from_claim, required: false }], {}, () => null)).toEqual([]);
  });

  it('is told together with the faults of arguments', () => {
    expect(faultsOf([text, from_claim], { text: 1 }, () => true).map(({ path }) => path)).toEqual(['text', 'email']);
  });

  it('names the argument when its copy does not fit', () => {
    expect(faultsOf([text, copy], { text: 'abcd' })).toEqual([
      { path: 'text', message: 'expected at most 3 characters, got 4' },
    ]);
    expect(faultsOf([text, copy], { text: 1 })).toHaveLength(1);
  });

  it('copies the default, and null', () => {
    const optional = parameter('text', 'string', { required: false });
    const free = { ...copy, required: false };
    expect(compileValidator('t', [optional, free])({}, noFill)).toEqual({ text: null, again: null });
    expect(compileValidator('t', [{ ...optional, default: 'x' }, free])({}, noFill)).toEqual({ text: 'x', again: 'x' });
  });
});
