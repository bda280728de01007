import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, nestingDepth, parseJson } from './json.ts';

describe('parseJson', () => {
  it('refuses what is not JSON, and what is nested too deep, as body_invalid', () => {
    for (const text of ['', '{', '{"a":1}x', 'NaN', '[1,]', '{"a" 1}']) {
      expect(() => parseJson(Buffer.from(text), 64)).toThrow(expect.objectContaining({ code: 'body_invalid' }));
    }
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(() => parseJson(Buffer.from(deep), 64)).toThrow(expect.objectContaining({ code: 'body_invalid' }));
    expect(parseJson(Buffer.from('['.repeat(64) + ']'.repeat(64)), 64)).toBeDefined();
  });

  it('reads back every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(parseJson(Buffer.from(JSON.stringify(value)), 1_000)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('nestingDepth', () => {
  it('equals the depth of the value, whatever its strings hold', () => {
    const depth = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(nestingDepth(Buffer.from(JSON.stringify(value)))).toBe(depth(JSON.parse(JSON.stringify(value))));
      }),
    );
    expect(nestingDepth(Buffer.from('"[[\\"[["'))).toBe(0);
  });
});

describe('canonicalJson', () => {
  it('is the same for equal values, whatever the order of their keys', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(value));
      }),
    );
  });
});
