import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addRow, createRowBudget, dropRow, isFull, namesBytes, upperBytes } from './row-budget.ts';

const size = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

test('keeps whole rows while their JSON text fits, and nothing after the first that does not', () => {
  const row = fc.record({ a: fc.string({ unit: 'binary' }), 'ö"': fc.option(fc.integer()) });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 12 }), fc.nat(10), fc.nat(600), (rows, most, bytes) => {
      const budget = createRowBudget({ rows: most, bytes });
      for (const item of rows) {
        const sent = Buffer.byteLength(item.a) + String(item['ö"'] ?? '').length;
        const bound = upperBytes(sent, namesBytes(Object.keys(item)));
        expect(bound).toBeGreaterThanOrEqual(size(item));
        addRow(budget, item, bound);
      }
      const kept = budget.rows.length;
      expect(budget.rows).toEqual(rows.slice(0, kept));
      if (kept > 0) expect(size(budget.rows)).toBeLessThanOrEqual(bytes);
      if (kept === rows.length) expect(budget.truncated).toBeUndefined();
      else if (kept === most) expect(budget.truncated).toEqual({ by: 'rows', limit: most });
      else {
        expect(budget.truncated).toEqual({ by: 'bytes', limit: bytes });
        expect(size(rows.slice(0, kept + 1)) + 1).toBeGreaterThan(bytes);
      }
    }),
  );
});

test('is full at the limit of rows, and cut only when there was one more', () => {
  const budget = createRowBudget({ rows: 1, bytes: 100 });
  expect(isFull(budget)).toBe(false);
  addRow(budget, { a: 1 }, 10);
  expect([isFull(budget), budget.truncated]).toEqual([true, undefined]);
  dropRow(budget);
  expect(budget.truncated).toEqual({ by: 'rows', limit: 1 });
});
