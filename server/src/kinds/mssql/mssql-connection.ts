// One connection to SQL Server, one batch at a time: reads its rows within the limits, cancels it with an attention, and
// makes the session as new between two calls.
import type * as Tedious from 'tedious';
import type { Connection, Request } from 'tedious';
import { limits } from '../../base/limits.ts';
import type { JsonValue } from '../../base/json.ts';
import type { Column, JsonRow, ResultLimits, RowsResult } from '../../catalog/result.ts';
import { distinctNames } from '../sql/column-names.ts';
import { addRow, createRowBudget, dropRow, isFull, passOver } from '../sql/row-budget.ts';
import type { RowBudget } from '../sql/row-budget.ts';
import { columnType } from './column-type.ts';
import type { TypedColumn } from './column-type.ts';
import { exactValues, installExactValues, oversized } from './exact-values.ts';
import type { ExactOptions } from './exact-values.ts';
import type { Batch } from './statement-plan.ts';

export interface MssqlServer {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly encrypt: boolean | 'strict';
  readonly trustServerCertificate: boolean;
  readonly ca?: string | undefined;
  readonly readOnlyIntent: boolean;
}

export interface MssqlJob {
  readonly batch: Batch;
  readonly read_only: boolean;
  /** A caller wrote a statement that may do anything to its session: nobody else gets it. */
  readonly last?: boolean;
  readonly limits: ResultLimits;
  readonly skip_rows: number;
}

interface Answer {
  readonly budget: RowBudget;
  names: readonly string[];
  columns: readonly Column[];
  /** Result sets seen; only the first with columns is the answer. */
  sets: number;
  counted: number | undefined;
}

export class MssqlConnection {
  readonly opened_at: number;
  /** Set when a call has been run on it before: the server may have gone since. */
  used = false;
  ended = false;
  readonly closed: Promise<void>;
  readonly #tedious: typeof Tedious;
  readonly #connection: Connection;

  private constructor(tedious: typeof Tedious, connection: Connection, opened_at: number) {
    this.#tedious = tedious;
    this.#connection = connection;
    this.opened_at = opened_at;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    // What goes wrong while it runs is the error of the request; what goes wrong while it is idle ends it.
    connection.on('error', () => undefined);
    connection.on('end', () => {
      this.ended = true;
      resolve();
    });
  }

  /** Opens a connection. Rejects with whatever the network or the server says, or the signal's reason. */
  static async open(
    server: MssqlServer,
    options: { readonly read_only: boolean; readonly now: number; readonly signal: AbortSignal },
  ): Promise<MssqlConnection> {
    const { read_only, now, signal } = options;
    // Heavy, for most servers never needed: loaded when a source is first used.
    const tedious = await import('tedious');
    installExactValues();
    const connection = new tedious.Connection({
      server: server.host,
      authentication: { type: 'default', options: { userName: server.user, password: server.password } },
      options: {
        port: server.port,
        database: server.database,
        encrypt: server.encrypt,
        trustServerCertificate: server.trustServerCertificate,
        ...(server.ca === undefined ? {} : { cryptoCredentialsDetails: { ca: server.ca } }),
        readOnlyIntent: server.readOnlyIntent && read_only,
        abortTransactionOnError: read_only,
        appName: 'toolcrib',
        // Else the name of the machine is told to the server.
        workstationId: 'toolcrib',
        connectTimeout: limits.source_connect_ms,
        cancelTimeout: limits.source_connect_ms,
        // The deadline of a call comes with its signal.
        requestTimeout: 0,
        maxRetriesOnTransientErrors: 0,
        useUTC: true,
        lowerCaseGuids: false,
      },
    });
    const opened = new MssqlConnection(tedious, connection, now);
    const abort = (): void => connection.close();
    signal.addEventListener('abort', abort);
    try {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        connection.connect((error) => (error === undefined ? resolve() : reject(error)));
      });
      return opened;
    } catch (thrown) {
      connection.close();
      signal.throwIfAborted();
      throw thrown;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Runs one batch. When the signal aborts, sends an attention, and rejects when the server has acknowledged it. */
  async run(job: MssqlJob, signal: AbortSignal): Promise<RowsResult> {
    this.used = true;
    const budget = createRowBudget(job.limits, job.skip_rows);
    const answer: Answer = { budget, names: [], columns: [], sets: 0, counted: undefined };
    // UTF-16 needs two bytes for what may be one byte of JSON.
    this.#options()[exactValues] = { value_bytes: job.limits.bytes * 2 };
    let request: Request | undefined;
    const cancel = (): void => request?.cancel();
    signal.addEventListener('abort', cancel);
    try {
      await new Promise<void>((resolve, reject) => {
        const done = (error: Error | null | undefined): void => {
          // The answer was full, and the rest was not wanted.
          if (error === null || error === undefined || (isCancel(error) && budget.truncated !== undefined)) resolve();
          else reject(error);
        };
        request = this.#request(job, answer, done);
        this.#connection.execSql(request);
      });
      signal.throwIfAborted();
      return toResult(answer);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** Rolls back, forgets settings and temporary tables: what the next call finds is a new session. */
  async reset(): Promise<void> {
    const timer = setTimeout(() => this.close(), limits.source_connect_ms);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#connection.reset((error) => (error instanceof Error ? reject(error) : resolve()));
      });
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.ended = true;
    this.#connection.close();
  }

  #request(job: MssqlJob, answer: Answer, done: (error: Error | null | undefined) => void): Request {
    const { Request: NewRequest, TYPES } = this.#tedious;
    const request = new NewRequest(job.batch.text, done);
    for (const [name, { type, value, length }] of job.batch.parameters) {
      request.addParameter(name, TYPES[type], value, length === undefined ? {} : { length });
    }
    request.on('columnMetadata', (described) => {
      answer.sets += 1;
      if (answer.sets > 1 || !Array.isArray(described)) return;
      answer.names = distinctNames(described.map(({ colName }) => colName));
      answer.columns = described.map((column, index) => ({
        name: answer.names[index] ?? '',
        type: columnType(column as TypedColumn),
      }));
    });
    request.on('row', (columns: readonly { readonly value: unknown }[]) => {
      if (answer.sets > 1 || passOver(answer.budget)) return;
      const wanted = takeRow(answer, columns);
      // Rows that a writing statement returns are read to the end: it must not be stopped half-way.
      if (!wanted && job.read_only) request.cancel();
    });
    request.on('doneInProc', (count) => {
      if (count !== undefined) answer.counted = count;
    });
    return request;
  }

  #options(): ExactOptions {
    return (this.#connection as unknown as { readonly config: { readonly options: ExactOptions } }).config.options;
  }
}

/** Keeps a row if it fits; false as soon as one did not. */
function takeRow({ budget, names }: Answer, columns: readonly { readonly value: unknown }[]): boolean {
  if (isFull(budget) || columns.some(({ value }) => value === oversized)) dropRow(budget);
  else
    addRow(
      budget,
      Object.fromEntries(columns.map(({ value }, index) => [names[index] ?? '', toJson(value)])) as JsonRow,
      Infinity,
    );
  return budget.truncated === undefined;
}

function toResult({ budget, columns, counted, sets }: Answer): RowsResult {
  const { rows, truncated } = budget;
  return {
    kind: 'rows',
    columns,
    rows,
    ...(sets > 0 || counted === undefined ? {} : { affected_rows: counted }),
    ...(truncated === undefined ? {} : { truncated }),
  };
}

/** What exact-values.ts has not made JSON already. */
function toJson(value: unknown): JsonValue {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

function isCancel(error: Error): boolean {
  return 'code' in error && error.code === 'ECANCEL';
}
