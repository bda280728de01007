// Gathers records into batches and writes one batch at a time (group commit). What is handed over is kept until it is
// written; what is held, is bounded. Knows neither what a record is nor where it goes.
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { isRefusedData } from '../store/database-errors.ts';
import { createPlaces } from './record-places.ts';
import type { RecordPlaces } from './record-places.ts';

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

interface Batch<Item> {
  readonly records: Item[];
  /** Monotonic time by which writing begins. */
  due_at: number;
  /** Made when somebody waits for the batch. */
  durable: PromiseWithResolvers<void> | undefined;
  /** Ends the wait when writing takes too long. */
  patience: NodeJS.Timeout | undefined;
}

interface Flight<Item> {
  readonly batch: Batch<Item>;
  /** Monotonic time. */
  readonly started: number;
}

/** A record may follow its answer only while writing takes less than this: with the delay it stays below 50 ms. */
const quick_ms = 20;
const retry_first_ms = 50;
const retry_last_ms = 2_000;

export class GroupWriter<Item> {
  readonly #deps: GroupWriterDeps<Item>;
  readonly #places: RecordPlaces;
  readonly #batches: Batch<Item>[] = [];
  /** What is being written, and since when. */
  #flight: Flight<Item> | undefined;
  #last_flush_ms = Number.POSITIVE_INFINITY;
  /** Failed writes in a row. */
  #failures = 0;
  #wake: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;
  #closing: PromiseWithResolvers<void> | undefined;
  #closed = false;

  constructor(deps: GroupWriterDeps<Item>) {
    this.#deps = deps;
    this.#places = createPlaces({
      count: deps.bounds.buffer,
      wait_ms: deps.bounds.wait_ms,
      open: () => this.#failures === 0 && this.#closing === undefined,
    });
  }

  /** Takes a place; see AuditWriter. */
  reserve(): Promise<void> | undefined {
    return this.#places.take();
  }

  healthy(): boolean {
    return this.#failures === 0;
  }

  /** Hands a record over. Returns a promise when the answer must wait for it. */
  append(record: Item): Promise<void> | undefined {
    if (this.#closed) return Promise.reject(this.#abandon([record]));
    const { bounds, clock } = this.#deps;
    let batch = this.#batches.at(-1);
    if (batch === undefined || batch.records.length >= bounds.batch) {
      const due_at = clock.monotonic() + bounds.delay_ms;
      batch = { records: [], due_at, durable: undefined, patience: undefined };
      this.#batches.push(batch);
    }
    batch.records.push(record);
    if (this.#mayFollow()) {
      this.#schedule();
      return undefined;
    }
    batch.due_at = 0;
    this.#schedule();
    return this.#durabilityOf(batch);
  }

  /** Writes everything that is left. Rejects when the database does not take it in time; the records are in the log then. */
  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing.promise;
    const ending = Promise.withResolvers<void>();
    this.#closing = ending;
    this.#places.refuse();
    const deadline = setTimeout(() => this.#giveUp(ending), this.#deps.bounds.close_ms);
    this.#endWhenEmpty();
    this.#begin();
    return ending.promise.finally(() => clearTimeout(deadline));
  }

  /** Ends when the batch is written. Nobody waits longer than the bound; the records are written all the same. */
  #durabilityOf(batch: Batch<Item>): Promise<void> {
    if (batch.durable === undefined) {
      batch.durable = Promise.withResolvers();
      batch.patience = setTimeout(() => {
        batch.durable?.reject(new ToolcribError('record_delayed'));
        batch.durable = undefined;
      }, this.#deps.bounds.wait_ms);
    }
    return batch.durable.promise;
  }

  /** Whether the answer may go out before the record is written: only while writing is known to be quick. */
  #mayFollow(): boolean {
    if (this.#deps.durability === 'before_answer' || this.#closing !== undefined) return false;
    if (this.#failures > 0 || this.#last_flush_ms > quick_ms || this.#batches.length > 1) return false;
    return this.#flight === undefined || this.#deps.clock.monotonic() - this.#flight.started <= quick_ms;
  }

  /** Begins the next batch now or when it is due. Does nothing while one is being written or a retry is waited for. */
  #schedule(): void {
    const [first] = this.#batches;
    if (first === undefined || this.#flight !== undefined || this.#failures > 0) return;
    const { bounds, clock } = this.#deps;
    const due = first.records.length >= bounds.batch || this.#closing !== undefined;
    const wait_ms = due ? 0 : first.due_at - clock.monotonic();
    if (wait_ms > 0) {
      this.#wake ??= setTimeout(() => this.#begin(), wait_ms);
      return;
    }
    // After the callbacks of this turn of the event loop: calls that end together are written together.
    this.#soon ??= setImmediate(() => this.#begin());
  }

  #begin(): void {
    clearTimeout(this.#wake);
    clearImmediate(this.#soon);
    this.#wake = undefined;
    this.#soon = undefined;
    if (this.#flight !== undefined || this.#closed) return;
    const batch = this.#batches.shift();
    if (batch === undefined) return;
    this.#flight = { batch, started: this.#deps.clock.monotonic() };
    void this.#write(this.#flight);
  }

  async #write({ batch, started }: Flight<Item>): Promise<void> {
    try {
      await this.#insertWhatCan(batch.records);
      this.#flight = undefined;
      this.#succeeded(batch, this.#deps.clock.monotonic() - started);
    } catch (error) {
      this.#flight = undefined;
      if (this.#closed) return;
      this.#failed(batch, error);
    }
    this.#endWhenEmpty();
    this.#schedule();
  }

  #succeeded(batch: Batch<Item>, took_ms: number): void {
    this.#last_flush_ms = took_ms;
    if (this.#failures > 0) this.#deps.log.info('audit-recovered', { failures: this.#failures });
    this.#failures = 0;
    clearTimeout(batch.patience);
    batch.durable?.resolve();
    this.#places.free(batch.records.length);
  }

  #failed(batch: Batch<Item>, error: unknown): void {
    this.#batches.unshift(batch);
    if (this.#failures === 0) this.#deps.log.error('audit-failing', { error });
    const wait_ms = Math.min(retry_first_ms * 2 ** this.#failures, retry_last_ms);
    this.#failures += 1;
    this.#wake = setTimeout(() => this.#begin(), wait_ms);
  }

  /** Records that the database refuses for what they hold must not keep the others out: they go to the log instead. */
  async #insertWhatCan(records: readonly Item[]): Promise<void> {
    try {
      await this.#deps.insert(records);
    } catch (error) {
      if (!isRefusedData(error)) throw error;
      if (records.length === 1) {
        this.#deps.log.error('audit-record-refused', { record: records[0], error });
        return;
      }
      const middle = records.length >> 1;
      await this.#insertWhatCan(records.slice(0, middle));
      await this.#insertWhatCan(records.slice(middle));
    }
  }

  #endWhenEmpty(): void {
    if (this.#closing === undefined || this.#batches.length > 0 || this.#flight !== undefined) return;
    this.#closed = true;
    this.#closing.resolve();
  }

  /** The database did not come back in time. */
  #giveUp(ending: PromiseWithResolvers<void>): void {
    this.#closed = true;
    clearTimeout(this.#wake);
    const flying = this.#flight === undefined ? [] : [this.#flight.batch];
    for (const batch of [...flying, ...this.#batches.splice(0)]) {
      clearTimeout(batch.patience);
      const error = this.#abandon(batch.records);
      batch.durable?.reject(error);
    }
    ending.reject(new ToolcribError('database_unavailable'));
  }

  /** The log is the last place where records are not lost. */
  #abandon(records: readonly Item[]): ToolcribError {
    for (const record of records) this.#deps.log.error('audit-record-unwritten', { record });
    return new ToolcribError('audit_unavailable');
  }
}
