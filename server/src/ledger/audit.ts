// The audit: one durable record per call. Written in batches, never lost on a graceful stop, bounded in memory.
// PLACEHOLDER BODY: types are the contract.

/** One call, as the audit keeps it. */
export interface CallRecord {
  /** UUIDv7 of the call; its time orders the audit. */
  readonly id: string;
  readonly tenant_id: string;
  /** Milliseconds since 1970 when the call came in. */
  readonly started_at: number;
  readonly duration_ms: number;
  readonly surface: string;
  readonly user_id: string;
  readonly key_id: string;
  /** The name as asked for, cut to 200 characters; it may not exist. */
  readonly tool: string;
  readonly tool_version: string | null;
  /** SHA-256 (hex) of the canonical JSON of the arguments. */
  readonly arguments_digest: string;
  readonly outcome: 'ok' | 'error';
  readonly error_code: string | null;
  readonly result_rows: number | null;
  readonly truncated: boolean;
}

export interface AuditWriter {
  /**
   * Takes a place in the buffer before the call runs. Returns undefined when there is one at once (the normal case),
   * else a promise; rejects with `audit_unavailable` when none comes free in time.
   */
  reserve(): Promise<void> | undefined;
  /** Hands over the record of a call that holds a place. Returns a promise only when the record must be durable first. */
  append(record: CallRecord): Promise<void> | undefined;
  /** Gives the place back without a record. */
  release(): void;
  /** Whether records reach the database. */
  healthy(): boolean;
  /** Writes everything that is buffered; used by a graceful stop. Takes no records afterwards. */
  close(): Promise<void>;
}
