import { expect, test } from 'vitest';
import { randomIds } from './ids.ts';

test('ids are UUIDs of version 7 with the present time, each greater than the one before, none twice', () => {
  const before = Date.now();
  const ids = Array.from({ length: 10_000 }, () => randomIds.uuid());
  expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
    true,
  );
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  const time = Number.parseInt((ids[0] ?? '').replaceAll('-', '').slice(0, 12), 16);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
  // The last 32 bits are random: no two of so few ids share them but by rare chance.
  expect(new Set(ids.map((id) => id.slice(-8))).size).toBeGreaterThan(9_990);
});
