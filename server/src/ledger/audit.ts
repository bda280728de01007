// The audit: one durable record per call. Written in batches, never lost on a graceful stop, bounded in memory.
import type { CallRecord as CallOnWire } from '@toolcrib/client';
import type { Clock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import type { Store } from '../store/store.ts';
import { GroupWriter } from './group-writer.ts';
import { insertCalls } from './insert-calls.ts';

/** One call, as it is handed over; it gets its place in the chain when it is written. */
export interface CallRecord extends Omit<CallOnWire, 'started_at' | 'seq'> {
  readonly tenant_id: string;
  /** Milliseconds since 1970 when the call came in. */
  readonly started_at: number;
}

export interface AuditWriter {
  /**
   * Takes a place in the buffer before the call runs. Returns undefined when there is one at once (the normal case),
   * else a promise; rejects with `audit_unavailable` when none comes free in time.
   */
  reserve(): Promise<void> | undefined;
  /**
   * Hands over the record of a call that holds a place. Returns a promise only when the record must be durable first; it
   * rejects with `record_delayed` when that takes too long: the record stays and is written later.
   */
  append(record: CallRecord): Promise<void> | undefined;
  /** Whether records reach the database. */
  healthy(): boolean;
  /** Writes everything that is buffered; used by a graceful stop. Takes no records afterwards. */
  close(): Promise<void>;
}

/** The audit of a store. `before_answer`: a record is durable before `append` resolves; `soon`: at most 50 ms later. */
export function createAuditWriter(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly durability: 'before_answer' | 'soon';
}): AuditWriter {
  const { store, clock, log, durability } = deps;
  return new GroupWriter<CallRecord>({
    insert: (records) => insertCalls(store, records),
    clock,
    log,
    durability,
    bounds: {
      batch: limits.audit_batch,
      buffer: limits.audit_buffer,
      delay_ms: limits.audit_delay_ms,
      wait_ms: limits.audit_wait_ms,
      close_ms: limits.audit_close_ms,
    },
  });
}
