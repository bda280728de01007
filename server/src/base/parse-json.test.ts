import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToolcribError } from './errors.ts';
import { parseJson } from './parse-json.ts';

const parse = (text: string) => parseJson(Buffer.from(text), 64);

function refusalOf(text: string): ToolcribError {
  try {
    parse(text);
  } catch (thrown) {
    if (thrown instanceof ToolcribError) return thrown;
  }
  throw new TypeError('It was taken');
}

describe('parseJson', () => {
  it.each([
    '',
    '{',
    '{"a":1}x',
    '{"a":1} {}',
    'NaN',
    '-Infinity',
    '[1,]',
    '{"a" 1}',
    '/* a */ 1',
    "{'a':1}",
    '01',
    '+1',
  ])('refuses %s, which is not JSON', (text) => {
    const { code, message } = refusalOf(text);
    expect(code).toBe('body_invalid');
    expect(message).toContain('not JSON');
  });

  it.each([
    ['\ufeff{}', 'it begins with a byte order mark', []],
    ['{"a":{"b":1,"b":1}}', 'at a.b the key is given twice', ['a.b']],
    ['[{"n":1e999},{"n":-1e400}]', 'at [0].n the number is too large', ['[0].n', '[1].n']],
    ['"\\ud800"', 'the text or the key contains half of a surrogate pair', ['']],
    ['{"\\uD800a":1}', 'the text or the key contains half of a surrogate pair', ['']],
  ])('refuses %j and says where', (text, problem, paths) => {
    const error = refusalOf(text);
    expect(error.message).toContain(problem);
    expect(error.faults.map(({ path }) => path)).toEqual(paths);
  });

  it('refuses what is nested too deep before anything is built', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(refusalOf(deep).message).toContain('deeper than 64 levels');
    expect(parse('['.repeat(64) + ']'.repeat(64))).toBeDefined();
  });

  it('reads back every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/\d{16}/.test(text));
        expect(parseJson(Buffer.from(text), 1_000)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('finds a repeated key wherever it is', () => {
    const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(fc.string(), json, json, json, (key, first, second, around) => {
        const name = JSON.stringify(key);
        const text = `[${around},{${name}:${first},"-other-":${around},${name}:${second}}]`;
        expect(refusalOf(text).faults).toEqual([expect.objectContaining({ message: 'the key is given twice' })]);
      }),
    );
  });

  it('keeps 64-bit integers', () => {
    expect(parse('{"a":9007199254740993,"b":[-9223372036854775808],"c":1.5}')).toEqual({
      a: 9007199254740993n,
      b: [-9223372036854775808n],
      c: 1.5,
    });
  });
});
