// What the server and a process that runs SQLite say to each other, over a channel that carries structured clones.
import type { ResultLimits, RowsResult } from '../../catalog/result.ts';

/** A value as SQLite binds it. */
export type SqliteValue = string | number | bigint | null;

export interface SqliteJob {
  readonly text: string;
  /** Values of bare `?`, in order. */
  readonly positional: readonly SqliteValue[];
  /** Values of all other placeholders, by the placeholder as written. */
  readonly named: Readonly<Record<string, SqliteValue>>;
  readonly limits: ResultLimits;
  readonly skip_rows: number;
  /** Whether the command counts the rows that it changes. */
  readonly counts: boolean;
  /** Run once and never again: the prepared statement is not kept. */
  readonly once: boolean;
}

/** `close` ends the process after the database was closed. */
export type ToRunner = { readonly kind: 'job'; readonly job: SqliteJob } | { readonly kind: 'close' };

export type FromRunner =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly result: RowsResult }
  | { readonly kind: 'error'; readonly code: number; readonly message: string };
