// Counts the rows and bytes of one answer while it is read, so that what is over a limit is never kept.
import type { JsonRow, ResultLimits, RowsResult } from '../../catalog/result.ts';

/** The JSON text of a value is at most this many times its text in the database: a control character becomes \u0001. */
const json_growth = 6;

export interface RowBudget {
  readonly rows: readonly JsonRow[];
  /** Set as soon as a row did not fit; from then on nothing is kept. */
  readonly truncated: RowsResult['truncated'];
  /** Keeps the row if it fits. `upper_bytes` is a bound of its JSON text that was cheap to know. */
  add(row: JsonRow, upper_bytes: number): void;
  /** Says that a row was dropped unread because its size alone is over the limit. */
  drop(): void;
  /** Whether the row limit leaves no place: the next row is not worth decoding. */
  full(): boolean;
}

/** A bound of the JSON text of a row from the bytes that the database sent for its values. */
export function upperBytes(value_bytes: number, names_bytes: number): number {
  return value_bytes * json_growth + names_bytes;
}

/** The bytes of a row's JSON text that are not values: names, punctuation, and `null` for what sends no bytes. */
export function namesBytes(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + Buffer.byteLength(JSON.stringify(name)) + 8, 3);
}

export function createRowBudget(limits: ResultLimits): RowBudget {
  const rows: JsonRow[] = [];
  let truncated: RowsResult['truncated'];
  let bytes = 2;
  // The exact size costs a JSON.stringify per row: it is asked for only when the bound is over the limit.
  let exact = false;

  function fits(row: JsonRow, upper_bytes: number): boolean {
    if (!exact) {
      bytes += upper_bytes;
      if (bytes <= limits.bytes) return true;
      exact = true;
      bytes = rows.reduce((sum, kept) => sum + jsonBytes(kept), 2);
    }
    bytes += jsonBytes(row);
    return bytes <= limits.bytes;
  }

  return {
    rows,
    get truncated() {
      return truncated;
    },
    add: (row, upper_bytes) => {
      if (truncated !== undefined) return;
      if (rows.length >= limits.rows) truncated = { by: 'rows', limit: limits.rows };
      else if (fits(row, upper_bytes)) rows.push(row);
      else truncated = { by: 'bytes', limit: limits.bytes };
    },
    drop: () => {
      truncated ??=
        rows.length >= limits.rows ? { by: 'rows', limit: limits.rows } : { by: 'bytes', limit: limits.bytes };
    },
    full: () => truncated !== undefined || rows.length >= limits.rows,
  };
}

function jsonBytes(row: JsonRow): number {
  return Buffer.byteLength(JSON.stringify(row)) + 1;
}
