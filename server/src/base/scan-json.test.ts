import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanJson } from './scan-json.ts';

const scan = (text: string) => scanJson(Buffer.from(text));

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
const membersOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? (Array.isArray(value) ? 0 : Object.keys(value).length) +
      Object.values(value).reduce<number>((sum, item) => sum + membersOf(item), 0)
    : 0;

describe('scanJson', () => {
  it('finds depth and members of every value, whatever its strings hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, space) => {
        const found = scan(JSON.stringify(value, undefined, space));
        const plain: unknown = JSON.parse(JSON.stringify(value));
        expect([found.depth, found.members]).toEqual([depthOf(plain), membersOf(plain)]);
      }),
    );
    expect(scan('"[[\\"[[:"')).toMatchObject({ depth: 0, members: 0 });
    expect(scan('{"a":1,"a":2}').members).toBe(2);
  });

  it.each([
    '9007199254740993',
    '[1, -9007199254740993]',
    '1e999',
    '[1E5]',
    '0.99999999999999999',
    '"\\uD800"',
    '"a\\udfff"',
  ])('calls %s delicate', (text) => {
    expect(scan(text).is_delicate).toBe(true);
  });

  it.each(['999999999999999', '"9007199254740993"', '"1e999"', '[true,false,1.5]', '"\\u00e9\\ud7ff"', '"\\\\ud800"'])(
    'takes %s for plain',
    (text) => {
      expect(scan(text).is_delicate).toBe(false);
    },
  );
});
