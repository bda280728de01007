// The program of a process that runs SQLite for the server: one database, one statement at a time. A process rather than
// a thread, because nothing but the end of its process stops a statement inside SQLite (docs/decisions/0034).
// Arguments: the database file, then `read` or `write`.
import { existsSync } from 'node:fs';
import { DatabaseSync, constants } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { JsonValue } from '../../base/json.ts';
import type { Column, JsonRow, RowsResult } from '../../catalog/result.ts';
import { distinctNames } from '../sql/column-names.ts';
import { addRow, createRowBudget, dropRow, isFull, passOver } from '../sql/row-budget.ts';
import type { FromRunner, SqliteJob, ToRunner } from './sqlite-messages.ts';

const busy_timeout_ms = 5_000;
/** The longest value that SQLite may build. */
const value_bytes = 64 * 1024 * 1024;
const statements_kept = 200;
/** Result code of SQLite for a file that cannot be opened. */
const cannot_open = 14;

/** What only tells about the schema. */
const harmlessPragmas = new Set([
  'table_info',
  'table_xinfo',
  'table_list',
  'index_list',
  'index_info',
  'index_xinfo',
  'foreign_key_list',
  'database_list',
  'collation_list',
  'function_list',
  'compile_options',
]);
/** What reaches outside the database, or leaves something behind for the next statement. */
const refusedActions = new Set<number>([
  constants.SQLITE_ATTACH,
  constants.SQLITE_DETACH,
  constants.SQLITE_TRANSACTION,
  constants.SQLITE_SAVEPOINT,
  constants.SQLITE_CREATE_TEMP_INDEX,
  constants.SQLITE_CREATE_TEMP_TABLE,
  constants.SQLITE_CREATE_TEMP_TRIGGER,
  constants.SQLITE_CREATE_TEMP_VIEW,
]);

const [, , path = '', mode = 'read'] = process.argv;
const statements = new Map<string, StatementSync>();

// When the server dies without a word, the pipe to it ends, and a statement that runs on for ever ends with it.
const watchdog = new Worker(new URL(`./sqlite-watchdog${extname(import.meta.url)}`, import.meta.url), {
  stdin: false,
  resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
});
watchdog.unref();

const database = openDatabase();

function openDatabase(): DatabaseSync | undefined {
  try {
    if (!existsSync(path)) throw Object.assign(new Error('There is no such file'), { errcode: cannot_open });
    const opened = new DatabaseSync(path, {
      readOnly: mode === 'read',
      timeout: busy_timeout_ms,
      allowExtension: false,
      defensive: true,
      limits: { length: value_bytes, attach: 0 },
    });
    opened.exec(
      `PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA query_only = ${mode === 'read' ? 'ON' : 'OFF'}`,
    );
    opened.setAuthorizer(authorise);
    return opened;
  } catch (thrown) {
    tellError(thrown);
    return undefined;
  }
}

function authorise(action: number, first: string | null): number {
  if (refusedActions.has(action)) return constants.SQLITE_DENY;
  if (action === constants.SQLITE_PRAGMA && !harmlessPragmas.has((first ?? '').toLowerCase()))
    return constants.SQLITE_DENY;
  return constants.SQLITE_OK;
}

function run(job: SqliteJob, open: DatabaseSync): RowsResult {
  const statement = prepared(job, open);
  const described = statement.columns();
  if (described.length === 0) {
    const { changes } = statement.run(job.named, ...job.positional);
    return { kind: 'rows', columns: [], rows: [], ...(job.counts ? { affected_rows: Number(changes) } : {}) };
  }
  const names = distinctNames(described.map((column) => column.name));
  const columns: Column[] = described.map(({ type }, index) => ({
    name: names[index] ?? '',
    ...(type === null ? {} : { type: type.toLowerCase() }),
  }));
  const budget = createRowBudget(job.limits, job.skip_rows);
  for (const row of statement.iterate(job.named, ...job.positional)) {
    if (passOver(budget)) continue;
    if (isFull(budget)) {
      dropRow(budget);
      break;
    }
    addRow(budget, toJsonRow(row as unknown as readonly unknown[], names), Infinity);
  }
  const { rows, truncated } = budget;
  return { kind: 'rows', columns, rows, ...(truncated === undefined ? {} : { truncated }) };
}

function prepared({ text, once }: SqliteJob, open: DatabaseSync): StatementSync {
  const known = statements.get(text);
  if (known !== undefined) return known;
  const statement = open.prepare(text);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  statement.setAllowBareNamedParameters(false);
  if (once) return statement;
  const [oldest] = statements.keys();
  if (statements.size >= statements_kept && oldest !== undefined) statements.delete(oldest);
  statements.set(text, statement);
  return statement;
}

function toJsonRow(values: readonly unknown[], names: readonly string[]): JsonRow {
  return Object.fromEntries(names.map((name, index) => [name, toJson(values[index])]));
}

/** Integers beyond 2^53 as text, blobs as base64, infinities as words: JSON has none of them. */
function toJson(value: unknown): JsonValue {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return typeof value === 'string' ? value : null;
}

function tell(message: FromRunner): void {
  process.send?.(message);
}

function tellError(thrown: unknown): void {
  const { errcode, message } = thrown as { errcode?: number; message?: string };
  tell({ kind: 'error', code: errcode ?? 1, message: message ?? '' });
}

/** Nothing is left to end in order, and the watching thread never ends by itself. */
function end(): void {
  database?.close();
  process.kill(process.pid, 'SIGKILL');
}

process.on('message', (message: ToRunner) => {
  if (message.kind === 'close') return end();
  try {
    if (database !== undefined) tell({ kind: 'result', result: run(message.job, database) });
  } catch (thrown) {
    tellError(thrown);
  }
});
process.on('disconnect', end);
if (database !== undefined) tell({ kind: 'ready' });
