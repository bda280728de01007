// Gathers records into batches and writes one batch at a time (group commit). What is handed over is kept until it is
// written; what is held, is bounded. Knows neither what a record is nor where it goes.
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { isRefusedData } from '../store/database-errors.ts';
import { createPlaces } from './record-places.ts';

export interface GroupWriterDeps<Item> {
  /** Writes all of them or none; writing the same one again must be harmless. */
  readonly insert: (records: readonly Item[]) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly durability: 'before_answer' | 'soon';
  readonly bounds: {
    readonly batch: number;
    readonly buffer: number;
    readonly delay_ms: number;
    readonly wait_ms: number;
    readonly close_ms: number;
  };
}

export interface GroupWriter<Item> {
  reserve(): Promise<void> | undefined;
  append(record: Item): Promise<void> | undefined;
  release(): void;
  healthy(): boolean;
  close(): Promise<void>;
}

interface Batch<Item> {
  readonly records: Item[];
  /** Monotonic time by which writing begins. */
  due_at: number;
  /** Made when somebody waits for the batch. */
  durable: PromiseWithResolvers<void> | undefined;
  /** Ends the wait when writing takes too long. */
  patience: NodeJS.Timeout | undefined;
}

/** A record may follow its answer only while writing takes less than this: with the delay it stays below 50 ms. */
const quick_ms = 20;
const retry_first_ms = 50;
const retry_last_ms = 2_000;

export function createGroupWriter<Item>(deps: GroupWriterDeps<Item>): GroupWriter<Item> {
  const { clock, log, bounds } = deps;
  const batches: Batch<Item>[] = [];
  /** What is being written, and since when. */
  let flight: { readonly batch: Batch<Item>; readonly started: number } | undefined;
  let last_flush_ms = Number.POSITIVE_INFINITY;
  /** Failed writes in a row. */
  let failures = 0;
  let wake: NodeJS.Timeout | undefined;
  let soon: NodeJS.Immediate | undefined;
  let closing: PromiseWithResolvers<void> | undefined;
  let closed = false;
  const places = createPlaces({
    count: bounds.buffer,
    wait_ms: bounds.wait_ms,
    open: () => failures === 0 && !closing,
  });

  function append(record: Item): Promise<void> | undefined {
    if (closed) return Promise.reject(abandon([record]));
    let batch = batches.at(-1);
    if (batch === undefined || batch.records.length >= bounds.batch) {
      const due_at = clock.monotonic() + bounds.delay_ms;
      batch = { records: [], due_at, durable: undefined, patience: undefined };
      batches.push(batch);
    }
    batch.records.push(record);
    if (mayFollow()) {
      schedule();
      return undefined;
    }
    batch.due_at = 0;
    schedule();
    return durabilityOf(batch);
  }

  /** Ends when the batch is written. Nobody waits longer than the bound; the records are written all the same. */
  function durabilityOf(batch: Batch<Item>): Promise<void> {
    if (batch.durable === undefined) {
      batch.durable = Promise.withResolvers();
      batch.patience = setTimeout(() => {
        batch.durable?.reject(new ToolcribError('record_delayed'));
        batch.durable = undefined;
      }, bounds.wait_ms);
    }
    return batch.durable.promise;
  }

  /** Whether the answer may go out before the record is written: only while writing is known to be quick. */
  function mayFollow(): boolean {
    if (deps.durability === 'before_answer' || closing !== undefined) return false;
    if (failures > 0 || last_flush_ms > quick_ms || batches.length > 1) return false;
    return flight === undefined || clock.monotonic() - flight.started <= quick_ms;
  }

  /** Begins the next batch now or when it is due. Does nothing while one is being written or a retry is waited for. */
  function schedule(): void {
    const [first] = batches;
    if (first === undefined || flight !== undefined || failures > 0) return;
    const wait_ms = first.records.length >= bounds.batch || closing ? 0 : first.due_at - clock.monotonic();
    if (wait_ms > 0) {
      wake ??= setTimeout(begin, wait_ms);
      return;
    }
    // After the callbacks of this turn of the event loop: calls that end together are written together.
    soon ??= setImmediate(begin);
  }

  function begin(): void {
    clearTimeout(wake);
    clearImmediate(soon);
    [wake, soon] = [undefined, undefined];
    if (flight !== undefined || closed) return;
    const batch = batches.shift();
    if (batch === undefined) return;
    flight = { batch, started: clock.monotonic() };
    void write(flight);
  }

  async function write({ batch, started }: NonNullable<typeof flight>): Promise<void> {
    try {
      await insertWhatCan(batch.records);
      flight = undefined;
      succeeded(batch, clock.monotonic() - started);
    } catch (error) {
      flight = undefined;
      if (closed) return;
      failed(batch, error);
    }
    endWhenEmpty();
    schedule();
  }

  function succeeded(batch: Batch<Item>, took_ms: number): void {
    last_flush_ms = took_ms;
    if (failures > 0) log.info('audit-recovered', { failures });
    failures = 0;
    clearTimeout(batch.patience);
    batch.durable?.resolve();
    places.free(batch.records.length);
  }

  function failed(batch: Batch<Item>, error: unknown): void {
    batches.unshift(batch);
    if (failures === 0) log.error('audit-failing', { error });
    wake = setTimeout(begin, Math.min(retry_first_ms * 2 ** failures, retry_last_ms));
    failures += 1;
  }

  /** Records that the database refuses for what they hold must not keep the others out: they go to the log instead. */
  async function insertWhatCan(records: readonly Item[]): Promise<void> {
    try {
      await deps.insert(records);
    } catch (error) {
      if (!isRefusedData(error)) throw error;
      if (records.length === 1) {
        log.error('audit-record-refused', { record: records[0], error });
        return;
      }
      const middle = records.length >> 1;
      await insertWhatCan(records.slice(0, middle));
      await insertWhatCan(records.slice(middle));
    }
  }

  function close(): Promise<void> {
    if (closing !== undefined) return closing.promise;
    const ending = Promise.withResolvers<void>();
    closing = ending;
    places.refuse();
    const deadline = setTimeout(giveUp, bounds.close_ms);
    endWhenEmpty();
    begin();
    return ending.promise.finally(() => clearTimeout(deadline));
  }

  function endWhenEmpty(): void {
    if (closing === undefined || batches.length > 0 || flight !== undefined) return;
    closed = true;
    closing.resolve();
  }

  /** The database did not come back in time. */
  function giveUp(): void {
    closed = true;
    clearTimeout(wake);
    for (const batch of [...(flight === undefined ? [] : [flight.batch]), ...batches.splice(0)]) {
      clearTimeout(batch.patience);
      const error = abandon(batch.records);
      batch.durable?.reject(error);
    }
    closing?.reject(new ToolcribError('database_unavailable'));
  }

  /** The log is the last place where records are not lost. */
  function abandon(records: readonly Item[]): ToolcribError {
    for (const record of records) log.error('audit-record-unwritten', { record });
    return new ToolcribError('audit_unavailable');
  }

  return {
    reserve: () => places.take(),
    append,
    release: () => places.free(1),
    healthy: () => failures === 0,
    close,
  };
}
