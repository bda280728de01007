// Answers of the test server that are computed: SQLite runs the statements. It is no SQL Server, and says nothing of
// T-SQL; but values make a real way from a tool to a database and back, thousands of times, many at once.
import { DatabaseSync } from 'node:sqlite';
import { readInner } from './inner-statement.ts';
import type { InnerStatement } from './inner-statement.ts';
import type { WireParameter } from './requests.ts';
import type { AnswerCall, TdsCall } from './tds-session.ts';
import { columnsToken, doneInProc, doneProc, errorToken, returnStatus, rowToken } from './tokens.ts';
import type { ServerError, TdsColumn, TdsType } from './tokens.ts';
import { float, int, nvarcharMax } from './types.ts';

/** SQLite's result codes as the numbers that SQL Server has for the same. */
const numbers: Readonly<Record<number, number>> = { 8: 3930, 1555: 2627, 2067: 2627 };
const undefined_table = 208;

export interface SqliteAnswers {
  readonly answer: AnswerCall;
  close(): void;
}

/** A database with the table `thing`, empty. The statement `WAITFOR` waits until it is stopped, `WAIT` half a second. */
export function createSqliteAnswers(): SqliteAnswers {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE thing (id integer primary key, name text unique)');
  return {
    answer: (call) => answer(call, readInner(call), database),
    close: () => database.close(),
  };
}

async function* answer(call: TdsCall, inner: InnerStatement, database: DatabaseSync): AsyncIterable<Buffer> {
  if (inner.text.includes('endless'))
    await new Promise<void>((resolve) => call.signal.addEventListener('abort', () => resolve()));
  if (inner.text.includes('half_second')) await new Promise((resolve) => setTimeout(resolve, 500));
  database.exec(`PRAGMA query_only = ${inner.read_only ? 'ON' : 'OFF'}`);
  try {
    yield* run(inner, database);
    yield returnStatus();
    yield doneProc();
  } catch (thrown) {
    yield errorToken(toServerError(thrown));
    yield doneProc(true);
  }
}

function* run({ text, parameters }: InnerStatement, database: DatabaseSync): Iterable<Buffer> {
  const statement = database.prepare(text);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  const named = Object.fromEntries(
    Object.entries(parameters).map(([name, { value }]) => [`@${name}`, bindable(value)]),
  );
  const described = statement.columns();
  if (described.length === 0) {
    yield doneInProc(Number(statement.run(named).changes));
    return;
  }
  let count = 0;
  let columns: readonly TdsColumn[] | undefined;
  for (const row of statement.iterate(named)) {
    const values = row as unknown as readonly unknown[];
    if (columns === undefined) {
      columns = described.map(({ name }, index) => ({ name, type: typeOf(values[index]) }));
      yield columnsToken(columns);
    }
    yield rowToken(columns, values);
    count += 1;
  }
  if (columns === undefined) yield columnsToken(described.map(({ name }) => ({ name, type: nvarcharMax })));
  yield doneInProc(count);
}

function bindable(value: WireParameter['value']): string | number | bigint | null {
  return typeof value === 'boolean' ? Number(value) : value;
}

function typeOf(value: unknown): TdsType {
  if (typeof value === 'bigint') return int(8);
  return typeof value === 'number' ? float : nvarcharMax;
}

function toServerError(thrown: unknown): ServerError {
  const { errcode, message } = thrown as { errcode?: number; message: string };
  return { number: numbers[errcode ?? 0] ?? undefined_table, message: `plantedsecret: ${message}` };
}
