// The months of the audit as ranges of UUIDv7.
import { expect, test } from 'vitest';
import { v7 } from 'uuid';
import { auditPartition } from './partitions.ts';

const at = (text: string): number => Date.parse(text);

test('a partition holds the ids of its month in UTC and no others', () => {
  const { name, from, to } = auditPartition(at('2026-02-10T12:00:00Z'), 0);
  expect(name).toBe('audit_call_2026_02');
  const inside = (text: string): boolean => {
    const id = v7({ msecs: at(text) });
    return from <= id && id < to;
  };
  expect(inside('2026-02-01T00:00:00.000Z')).toBe(true);
  expect(inside('2026-02-28T23:59:59.999Z')).toBe(true);
  expect(inside('2026-01-31T23:59:59.999Z')).toBe(false);
  expect(inside('2026-03-01T00:00:00.000Z')).toBe(false);
});

test('months follow each other without gap, over the end of a year and from the last day of a long month', () => {
  const now = at('2026-10-31T23:00:00Z');
  const months = [0, 1, 2, 3].map((offset) => auditPartition(now, offset));
  expect(months.map(({ name }) => name)).toEqual([
    'audit_call_2026_10',
    'audit_call_2026_11',
    'audit_call_2026_12',
    'audit_call_2027_01',
  ]);
  expect(months.slice(1).map(({ from }) => from)).toEqual(months.slice(0, -1).map(({ to }) => to));
});
