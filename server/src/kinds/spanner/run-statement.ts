// One statement in one transaction: a strong read-only one that Spanner ends itself, or a read-write one that is committed.
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ToolcribError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { ResultLimits, RowsResult } from '../../catalog/result.ts';
import { RowReader } from './row-reader.ts';
import type { Lease } from './session-pool.ts';
import type { SpannerApi } from './spanner-api.ts';
import { SpannerError } from './spanner-errors.ts';
import type { SpannerDialect, StatementRequest } from './spanner-types.ts';

export interface StatementRun {
  readonly api: SpannerApi;
  readonly dialect: SpannerDialect;
  readonly request: StatementRequest;
  readonly limits: ResultLimits;
  readonly skip_rows: number;
  readonly signal: AbortSignal;
}

/** Reads. Tried once more when the connection breaks, as one does that lay idle while the other side went away. */
export async function runReading(run: StatementRun, { session }: Lease): Promise<RowsResult> {
  const transaction = { singleUse: { readOnly: { strong: true } } };
  try {
    return await readRows(run, session, { transaction });
  } catch (thrown) {
    run.signal.throwIfAborted();
    if (!isPassing(thrown)) throw thrown;
    return readRows(run, session, { transaction });
  }
}

function isPassing(thrown: unknown): boolean {
  if (thrown instanceof SpannerError) return thrown.status === 'UNAVAILABLE';
  return thrown instanceof ToolcribError && thrown.code === 'upstream_unavailable';
}

/** Writes, again and again while Spanner aborts the transaction in favour of another, until the call's time is over. */
export async function runWriting(
  run: StatementRun,
  lease: Lease,
  options: { to_the_end: boolean },
): Promise<RowsResult> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await writeOnce(run, lease, options);
    } catch (thrown) {
      run.signal.throwIfAborted();
      if (!(thrown instanceof SpannerError) || thrown.status !== 'ABORTED') throw thrown;
      const longest_ms = Math.min(limits.spanner_retry_first_ms * 2 ** attempt, limits.spanner_retry_last_ms);
      // Those who were aborted together must not meet again.
      await wait(thrown.retry_ms ?? longest_ms * (randomInt(500, 1_000) / 1_000), run.signal);
    }
  }
}

async function writeOnce(
  run: StatementRun,
  lease: Lease,
  { to_the_end }: { to_the_end: boolean },
): Promise<RowsResult> {
  const { api, signal } = run;
  const { session } = lease;
  const { id } = await api.post(`${session}:beginTransaction`, { options: { readWrite: {} } }, signal);
  if (typeof id !== 'string') throw new SpannerError('INTERNAL', 'A transaction was begun without an id', {});
  try {
    const result = await readRows(run, session, { transaction: { id }, seqno: '1' }, to_the_end);
    await api.post(`${session}:commit`, { transactionId: id }, signal);
    return result;
  } catch (thrown) {
    if (!(thrown instanceof SpannerError) || thrown.status !== 'ABORTED' || signal.aborted) {
      lease.cleanup = api.post(
        `${session}:rollback`,
        { transactionId: id },
        AbortSignal.timeout(limits.source_connect_ms),
      );
    }
    throw thrown;
  }
}

/** Reads the answer until it is full; what writes is read to its end, or not all of it might be written. */
async function readRows(
  run: StatementRun,
  session: string,
  transaction: JsonObject,
  to_the_end = false,
): Promise<RowsResult> {
  const { api, dialect, request, limits: result_limits, skip_rows, signal } = run;
  const reader = new RowReader({ dialect, limits: result_limits, skip_rows });
  const body = { ...request, ...transaction } as unknown as JsonObject;
  for await (const piece of api.stream(`${session}:executeStreamingSql`, body, signal)) {
    reader.read(piece);
    if (reader.is_full && !to_the_end) break;
  }
  return reader.result();
}

async function wait(wait_ms: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(wait_ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
