// A test server with scripted answers, and tools on it.
import type { SqlSource } from '../../server/src/catalog/source.ts';
import { mssqlSql } from '../../server/src/kinds/mssql/mssql-sql.ts';
import { startTdsServer } from '../support/tds-server/tds-server.ts';
import type { TdsServer, TdsServerOptions } from '../support/tds-server/tds-server.ts';
import type { AnswerCall } from '../support/tds-server/tds-session.ts';
import {
  columnsToken,
  doneInProc,
  doneProc,
  envChangeBytes,
  errorToken,
  returnStatus,
  rowToken,
} from '../support/tds-server/tokens.ts';
import type { ServerError } from '../support/tds-server/tokens.ts';
import { int } from '../support/tds-server/types.ts';
import { openMssql } from './mssql-subject.ts';
import { prepareTool } from './sql-kind-contract.ts';
import type { Runner } from './sql-kind-contract.ts';

export const columns = [{ name: 'n', type: int(8) }];
export const end = [returnStatus(), doneProc()];
const transaction = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]);

/** Rows n = 1 … count, as a reading batch has them: inside a transaction that is rolled back. */
export function* series(count: number): Iterable<Buffer> {
  yield envChangeBytes(8, transaction);
  yield columnsToken(columns);
  for (let n = 1; n <= count; n += 1) yield rowToken(columns, [BigInt(n)]);
  yield doneInProc(count);
  yield envChangeBytes(10, Buffer.alloc(0), transaction);
  yield doneInProc();
  yield* end;
}

export function failing(...errors: readonly ServerError[]): readonly Buffer[] {
  return [...errors.map((error) => errorToken(error)), doneProc(true)];
}

/** Never ends by itself. */
export async function* endless(): AsyncIterable<Buffer> {
  await new Promise(() => undefined);
  yield doneProc();
}

const opened: (() => Promise<void>)[] = [];

/** After each test. */
export async function closeAll(): Promise<void> {
  for (const close of opened.splice(0).toReversed()) await close();
}

export async function start(answer: AnswerCall, options: Omit<TdsServerOptions, 'answer'> = {}): Promise<TdsServer> {
  const server = await startTdsServer({ answer, ...options });
  opened.push(() => server.close());
  return server;
}

export function open(server: TdsServer, more: Readonly<Record<string, unknown>> = {}): SqlSource {
  const source = openMssql(server.port, more);
  opened.push(() => source.close());
  return source;
}

export const reads = (source: SqlSource, statement = 'SELECT n FROM thing'): Runner =>
  prepareTool(mssqlSql, source, { statement });
export const writes = (source: SqlSource, statement = 'DELETE FROM thing'): Runner =>
  prepareTool(mssqlSql, source, { statement, read_only: false });
