// The contract of a source: a configured database (later: an HTTP base) that tools run on.
import type { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Arguments, ArgumentValue, Parameter } from './parameters.ts';
import type { Fault } from '../base/errors.ts';
import type { ResultLimits, RowsResult } from './result.ts';

/** An open source. Opening is lazy: a source that is down does not stop the server. */
export interface Source {
  readonly type: string;
  /** One cheap round trip. Throws `source_unavailable`. */
  probe(signal: AbortSignal): Promise<void>;
  /** Ends every connection after the statements in flight. Idempotent. */
  close(): Promise<void>;
}

/** What a kind of source must offer. */
export interface SourceKind<Config = unknown> {
  /** Permanent name, as written in the file: `postgres`. */
  readonly type: string;
  /** Other names for the same thing. */
  readonly aliases: readonly string[];
  /** The fields of the configuration beside name and type; strict, with a description per field. */
  readonly fields: z.ZodType<Config>;
  /** Makes the source without connecting. `name` is used in public errors, never host or user. */
  open(name: string, config: Config, deps: SourceDeps): Source;
}

export interface SourceDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Folder against which relative paths of the configuration are taken. */
  readonly base_folder: string;
}

/** The capability "runs SQL": what every `…-sql` tool kind needs of its source. */
export interface SqlSource extends Source {
  /** Prepares a statement once, at load time; does not connect. */
  prepare(statement: SqlStatementText): SqlStatement;
}

export interface SqlStatementText {
  /** With the dialect's own placeholders. */
  readonly text: string;
  /** Parameters in the order of their placeholders: `$1` is the first. */
  readonly parameters: readonly Parameter[];
  /** Enforced by the database: a read-only statement that writes fails with `write_refused`. */
  readonly read_only: boolean;
}

export interface SqlStatement {
  /**
   * Runs the statement with bound values, one per parameter.
   * Stops reading at the limits and says so in `truncated`. When `signal` aborts, the statement is cancelled in the
   * database and the promise rejects with the signal's reason (a ToolcribError).
   * Throws `statement_failed` (params sqlstate, condition), `write_refused`, `source_unavailable`.
   */
  run(values: readonly ArgumentValue[], options: SqlRunOptions): Promise<RowsResult>;
}

export interface SqlRunOptions {
  readonly signal: AbortSignal;
  readonly limits: ResultLimits;
}

/** How a dialect writes placeholders, and the check that statement and parameters agree. */
export interface SqlDialect {
  /** Faults such as a placeholder without parameter, or a parameter that no placeholder uses. Paths are relative to the tool. */
  check(statement: string, parameters: readonly Parameter[]): readonly Fault[];
  /** Values in the order in which the driver binds them. */
  order(args: Arguments, parameters: readonly Parameter[]): readonly ArgumentValue[];
}
