// Counts the rows and bytes of one answer while it is read, so that what is over a limit is never kept.
import type { JsonRow, ResultLimits, RowsResult } from '../../catalog/result.ts';

/** The JSON text of a value is at most this many times its text in the database: a control character becomes \u0001. */
const json_growth = 6;

export interface RowBudget {
  readonly limits: ResultLimits;
  readonly rows: JsonRow[];
  /** Set as soon as a row did not fit; from then on nothing is kept. */
  truncated: RowsResult['truncated'];
  /** Bytes of the rows kept: a bound, or exact. */
  bytes: number;
  /** Rows still to be passed over before the first one of the answer. */
  skip_rows: number;
  /** The exact size costs a JSON.stringify per row: it is asked for only when the bound is over the limit. */
  exact: boolean;
}

/** A bound of the JSON text of a row from the bytes that the database sent for its values. */
export function upperBytes(value_bytes: number, names_bytes: number): number {
  return value_bytes * json_growth + names_bytes;
}

/** The bytes of a row's JSON text that are not values: names, punctuation, and `null` for what sends no bytes. */
export function namesBytes(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + Buffer.byteLength(JSON.stringify(name)) + 8, 3);
}

/** `skip_rows`: rows that the caller has already, and that therefore count for nothing. */
export function createRowBudget(limits: ResultLimits, skip_rows = 0): RowBudget {
  return { limits, rows: [], truncated: undefined, bytes: 2, exact: false, skip_rows };
}

/** Whether the next row is one that the caller has already; it is then counted as passed. */
export function passOver(budget: RowBudget): boolean {
  if (budget.skip_rows === 0) return false;
  budget.skip_rows -= 1;
  return true;
}

/** Whether the next row is not worth reading. */
export function isFull(budget: RowBudget): boolean {
  return budget.truncated !== undefined || budget.rows.length >= budget.limits.rows;
}

/** Keeps the row if it fits. `upper_bytes` is a bound of its JSON text that was cheap to know. */
export function addRow(budget: RowBudget, row: JsonRow, upper_bytes: number): void {
  if (isFull(budget) || !fits(budget, row, upper_bytes)) dropRow(budget);
  else budget.rows.push(row);
}

/** Says that there was a row more than the answer has room for. */
export function dropRow(budget: RowBudget): void {
  const { rows, bytes } = budget.limits;
  budget.truncated ??= budget.rows.length >= rows ? { by: 'rows', limit: rows } : { by: 'bytes', limit: bytes };
}

function fits(budget: RowBudget, row: JsonRow, upper_bytes: number): boolean {
  if (!budget.exact) {
    budget.bytes += upper_bytes;
    if (budget.bytes <= budget.limits.bytes) return true;
    budget.exact = true;
    budget.bytes = budget.rows.reduce((sum, kept) => sum + jsonBytes(kept), 2);
  }
  budget.bytes += jsonBytes(row);
  return budget.bytes <= budget.limits.bytes;
}

/** With the comma after it. */
function jsonBytes(row: JsonRow): number {
  return Buffer.byteLength(JSON.stringify(row)) + 1;
}
