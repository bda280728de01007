// The server's answers to one command each, read payload by payload as they come in.
import type { ResultLimits, RowsResult } from '../../catalog/result.ts';
import { limits } from '../../base/limits.ts';
import { addRow, createRowBudget, dropRow, isFull, passOver, upperBytes } from '../sql/row-budget.ts';
import type { RowBudget } from '../sql/row-budget.ts';
import {
  endStatus,
  head,
  isEnd,
  more_results,
  readColumn,
  readError,
  readLength,
  readOk,
  readPrepared,
} from './packets.ts';
import type { ColumnPacket, PreparedPacket } from './packets.ts';
import { readRow, rowShape } from './row-shape.ts';
import type { RowShape } from './row-shape.ts';

/** An answer under way. */
export interface Reply<T> {
  readonly result: Promise<T>;
  /** Takes the next payload; true when the answer is complete. */
  payload(bytes: Buffer, start: number, end: number): boolean;
  /** Whether a payload of this length that is not whole yet is worth keeping. */
  wanted(length: number): boolean;
  fail(cause: unknown): void;
}

/** A command that has no result. */
export function okReply(): Reply<void> {
  const { promise: result, resolve, reject } = Promise.withResolvers<void>();
  return {
    result,
    wanted: isOrdinary,
    fail: reject,
    payload: (bytes, start, end) => {
      if (bytes[start] === head.error) reject(readError(bytes, start, end));
      else resolve();
      return true;
    },
  };
}

/** A prepared statement: its number, then the definitions of its parameters and columns, which nobody needs. */
export function preparedReply(): Reply<PreparedPacket> {
  const { promise: result, resolve, reject } = Promise.withResolvers<PreparedPacket>();
  let prepared: PreparedPacket | undefined;
  let left = 0;
  return {
    result,
    wanted: isOrdinary,
    fail: reject,
    payload: (bytes, start, end) => {
      if (bytes[start] === head.error) {
        reject(readError(bytes, start, end));
        return true;
      }
      if (prepared === undefined) {
        prepared = readPrepared(bytes, start);
        // Each list of definitions ends with a packet of its own.
        left = [prepared.parameters, prepared.columns].reduce((sum, count) => sum + (count === 0 ? 0 : count + 1), 0);
      } else left -= 1;
      if (left > 0) return false;
      resolve(prepared);
      return true;
    },
  };
}

export interface RowsOptions {
  readonly limits: ResultLimits;
  readonly skip_rows: number;
  /** Whether the rest of a result that is over its limits may be given up. */
  readonly may_give_up: boolean;
  readonly extended: boolean;
}

export interface RowsOutcome {
  readonly rows: RowsResult;
  /** The rest was not worth reading: the connection is out of step. */
  readonly given_up: boolean;
}

/** What is no row is short. */
function isOrdinary(length: number): true {
  if (length > limits.source_message_bytes) throw new TypeError('A packet is longer than any packet should be');
  return true;
}

/**
 * A statement that was executed. Of several results (CALL) the first that has rows is the answer; without one, it is the
 * count of rows that were affected.
 */
export function rowsReply(options: RowsOptions): Reply<RowsOutcome> {
  return new RowsReader(options);
}

class RowsReader implements Reply<RowsOutcome> {
  readonly result: Promise<RowsOutcome>;
  readonly fail: (cause: unknown) => void;
  readonly #options: RowsOptions;
  readonly #resolve: (outcome: RowsOutcome) => void;
  readonly #budget: RowBudget;
  #state: 'begin' | 'columns' | 'rows' = 'begin';
  /** Definitions of columns that are still to come. */
  #left = 0;
  #columns: ColumnPacket[] = [];
  /** Of the first result with rows. */
  #shape: RowShape | undefined;
  /** Whether the rows that come now are those of the answer. */
  #answers = false;
  #affected_rows = 0;
  #dropped_bytes = 0;

  constructor(options: RowsOptions) {
    const { promise, resolve, reject } = Promise.withResolvers<RowsOutcome>();
    this.result = promise;
    this.#resolve = resolve;
    this.fail = reject;
    this.#options = options;
    this.#budget = createRowBudget(options.limits, options.skip_rows);
  }

  payload(bytes: Buffer, start: number, end: number): boolean {
    if (bytes[start] === head.error) {
      this.fail(readError(bytes, start, end));
      return true;
    }
    switch (this.#state) {
      case 'begin':
        return this.#begin(bytes, start);
      case 'columns':
        return this.#column(bytes, start, end);
      case 'rows':
        return isEnd(bytes, start, end) ? this.#end(endStatus(bytes, start)) : this.#row(bytes, start, end);
    }
  }

  wanted(length: number): boolean {
    if (this.#state !== 'rows') return isOrdinary(length);
    // The JSON text may be shorter than the bytes of the row, by half at most, so twice the limit is decided.
    const most = 2 * this.#options.limits.bytes + limits.source_message_bytes;
    if (this.#answers && !isFull(this.#budget) && length <= most) return true;
    if (passOver(this.#budget)) return false;
    this.#drop(length);
    return false;
  }

  #begin(bytes: Buffer, start: number): boolean {
    if (bytes[start] === head.local_infile) throw new TypeError('The server asked for a file of this machine');
    if (bytes[start] === head.ok) {
      const { affected_rows, status } = readOk(bytes, start);
      this.#affected_rows = affected_rows;
      return this.#end(status);
    }
    this.#left = readLength({ bytes, at: start });
    this.#columns = [];
    this.#state = 'columns';
    return false;
  }

  #column(bytes: Buffer, start: number, end: number): boolean {
    if (this.#left > 0) {
      this.#left -= 1;
      this.#columns.push(readColumn(bytes, start, this.#options.extended));
      return false;
    }
    if (!isEnd(bytes, start, end)) throw new TypeError('The columns of a result did not end');
    this.#answers = this.#shape === undefined;
    this.#shape ??= rowShape(this.#columns);
    this.#state = 'rows';
    return false;
  }

  #row(bytes: Buffer, start: number, end: number): boolean {
    const shape = this.#shape;
    if (!this.#answers || shape === undefined) return false;
    if (passOver(this.#budget)) return false;
    if (isFull(this.#budget)) return this.#drop(end - start);
    addRow(this.#budget, readRow(bytes, start, shape), upperBytes(end - start, shape.fixed_bytes));
    return false;
  }

  /** A result that goes on and on after its limit is not read to its end. */
  #drop(bytes: number): boolean {
    dropRow(this.#budget);
    this.#dropped_bytes += bytes;
    if (!this.#options.may_give_up || this.#dropped_bytes <= limits.mysql_drop_bytes) return false;
    this.#settle(true);
    return true;
  }

  #end(status: number): boolean {
    this.#state = 'begin';
    this.#answers = false;
    if ((status & more_results) !== 0) return false;
    this.#settle(false);
    return true;
  }

  #settle(given_up: boolean): void {
    const { rows, truncated } = this.#budget;
    const shape = this.#shape;
    this.#resolve({
      given_up,
      rows: {
        kind: 'rows',
        columns: shape?.columns ?? [],
        rows,
        ...(shape === undefined ? { affected_rows: this.#affected_rows } : {}),
        ...(truncated === undefined ? {} : { truncated }),
      },
    });
  }
}
