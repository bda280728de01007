import fc from 'fast-check';
import { parse } from 'postgres-array';
import { expect, test } from 'vitest';
import type { ArgumentValue } from '../../catalog/parameters.ts';
import { bindText } from './bind-text.ts';

const written: readonly (readonly [ArgumentValue, string | null])[] = [
  ['text', 'text'],
  [null, null],
  [3, '3'],
  [-0.5, '-0.5'],
  [9223372036854775807n, '9223372036854775807'],
  [true, 'true'],
  [[], '{}'],
  [[1, null, 'NULL', '', 'a"b\\'], '{1,NULL,"NULL","","a\\"b\\\\"}'],
  [[[1], [2]], '{{1},{2}}'],
];

test('values are bound as the text that PostgreSQL reads', () => {
  for (const [value, expected] of written) expect(bindText(value)).toBe(expected);
});

test('an array is JSON where the parameter is', () => {
  for (const oid of [114, 3802]) expect(bindText(['a"', 1n, null, [true]], oid)).toBe('["a\\"",1,null,[true]]');
  expect(bindText(['a'], 1009)).toBe('{"a"}');
});

test('no text in an array is ever structure', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (items) => {
      expect(parse(bindText(items) ?? '')).toEqual(items);
    }),
  );
});
