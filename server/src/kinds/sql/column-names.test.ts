import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distinctNames } from './column-names.ts';

test('repeated names get a number that no other column has', () => {
  expect(distinctNames(['id', 'id', 'id'])).toEqual(['id', 'id_2', 'id_3']);
  expect(distinctNames(['a', 'a', 'a_2', 'a'])).toEqual(['a', 'a_3', 'a_2', 'a_4']);
  expect(distinctNames([])).toEqual([]);
});

test('names are distinct, and the first of each stays as it is', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'a_2', 'a_3', 'a_2_2', 'b', '')), (names) => {
      const distinct = distinctNames(names);
      expect(new Set(distinct).size).toBe(names.length);
      for (const name of names) expect(distinct[names.indexOf(name)]).toBe(name);
    }),
  );
});
