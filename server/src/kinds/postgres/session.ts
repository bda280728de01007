// One connection to PostgreSQL and the statements on it, in the order in which they were sent. It writes and reads the
// extended query protocol; which statement goes to which session is the lane's decision (lane.ts).
import type { Socket } from 'node:net';
import { serialize } from 'pg-protocol';
import type { DatabaseError } from 'pg-protocol';
import type { BackendMessage, ParameterDescriptionMessage, RowDescriptionMessage } from 'pg-protocol/dist/messages.js';
import { Parser } from 'pg-protocol/dist/parser.js';
import type { Clock } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import { addRow, dropRow, isFull, passOver, upperBytes } from '../sql/row-budget.ts';
import { bindText } from './bind-text.ts';
import type { Call } from './call.ts';
import type { OpenConnection } from './connect.ts';
import { createMessageReader, header_bytes } from './message-reader.ts';
import { readRow, rowShape } from './row-shape.ts';
import type { RowShape } from './row-shape.ts';
import { parseSetting, settingMessages } from './setting-messages.ts';
import { isFatal, isStalePlan } from './sql-state.ts';
import type { ServerError } from './sql-state.ts';
import type { StatementPlan } from './statement-plan.ts';
import { observe } from './statement-plan.ts';

/** A statement as this connection has prepared it. */
interface Prepared {
  /** The plan's generation when it was prepared. */
  readonly generation: number;
  /** Whether the server has said that it knows the statement. */
  described: boolean;
  /** Columns of its rows; undefined for a command without rows. */
  shape: RowShape | undefined;
}

/** One statement sent: everything between two ReadyForQuery. */
export interface Slot {
  /** Undefined when nobody waits for the answer any more: it is read and dropped. */
  call: Call | undefined;
  readonly plan: StatementPlan;
  readonly prepared: Prepared;
  /** Whether it has left this process, so that the server may have run it. */
  sent: boolean;
  /** Commands before the statement whose answers are nobody's: read-only mode and settings. */
  preludes: number;
  /** Whether the server had to prepare the statement first: such a run says little about the next. */
  readonly prepares: boolean;
  error: ServerError | undefined;
  tag: string;
  dropped_bytes: number;
}

export interface SessionOwner {
  readonly clock: Clock;
  readonly read_only: boolean;
  /** The head is through; its call, if any is left, wants its answer. */
  finished(slot: Slot): void;
  /** The session should take no more calls, and those waiting on it should go elsewhere. */
  retiring(session: Session): void;
  /** The connection is gone, with everything that was on it. */
  lost(session: Session, slots: readonly Slot[], cause: unknown): void;
  /** The connection is being closed while the server may still be running statements of it. */
  abandoned(session: Session): void;
  /** There is something to write: call `flush` at the end of the tick. */
  dirty(session: Session): void;
}

const sync = serialize.sync();
const terminate = serialize.end();
const read_only_name = 'tc_read_only';
const parseReadOnly = serialize.parse({ name: read_only_name, text: 'SET transaction_read_only = on' });
/** Makes the transaction of the one statement after it read-only; once it has begun, nothing can undo that. */
const setReadOnly = Buffer.concat([serialize.bind({ statement: read_only_name }), serialize.execute({})]);

const type = {
  row: 0x44,
  command_complete: 0x43,
  ready: 0x5a,
  bind_complete: 0x32,
  parse_complete: 0x31,
  close_complete: 0x33,
  no_data: 0x6e,
  notice: 0x4e,
  notification: 0x41,
  suspended: 0x73,
  empty: 0x49,
  error: 0x45,
  row_description: 0x54,
  parameter_description: 0x74,
  parameter_status: 0x53,
  copy_in: 0x47,
  copy_out: 0x48,
} as const;

const idle_status = 0x49;

export class Session {
  readonly open: OpenConnection;
  readonly opened_at: number;
  /** Statements sent and not answered, oldest first. */
  readonly slots: Slot[] = [];
  /** When the head came to the server's turn, or the session became idle. */
  since: number;
  /** Whether every statement on it is known to be quick: only then may another wait behind them. */
  quick = true;
  retiring = false;
  readonly #owner: SessionOwner;
  readonly #prepared = new Map<StatementPlan, Prepared>();
  readonly #parser = new Parser();
  /** Whether the statement for settings is prepared. */
  #sets = false;
  #out: Buffer[] = [];
  #closed = false;
  /** The error with which the server announced the end of the connection. */
  #fatal: unknown;

  constructor(open: OpenConnection, owner: SessionOwner) {
    this.open = open;
    this.#owner = owner;
    this.opened_at = owner.clock.monotonic();
    this.since = this.opened_at;
    if (owner.read_only) this.#out.push(parseReadOnly);
    const { socket } = open;
    const reader = createMessageReader({
      message: (code, bytes, start, end) => {
        if (!this.#closed) this.#message(code, bytes, start, end);
      },
      wanted: (code, length) => this.#wanted(code, length),
    });
    socket.on('data', (chunk: Buffer) => reader.read(chunk));
    socket.on('error', (error) => this.#lose(this.#fatal ?? error));
    socket.on('close', () => this.#lose(this.#fatal ?? new Error('The connection was closed')));
    socket.resume();
  }

  get writable(): boolean {
    return !this.retiring && !this.open.socket.writableNeedDrain;
  }

  /** Sends a call; it is on its way at the end of the tick. `quick`: whether others may be sent behind it. */
  send(call: Call, quick: boolean): void {
    const { plan } = call;
    const prepares = this.#prepared.get(plan)?.generation !== plan.generation;
    // First, since a setting may decide what the names in the statement mean.
    const preludes = this.#begin(call);
    const prepared = this.#prepare(plan);
    const state = { sent: false, error: undefined, tag: '', dropped_bytes: 0 };
    const slot: Slot = { call, plan, prepared, prepares, preludes, ...state };
    if (!call.describe_only) this.#bind(call);
    this.#out.push(sync);
    call.place = { session: this, slot };
    if (this.slots.length === 0) this.since = this.#owner.clock.monotonic();
    this.slots.push(slot);
    this.quick &&= quick;
    if (!plan.reusable) this.retire();
    this.#owner.dirty(this);
  }

  /** Writes everything of this tick at once. */
  flush(): void {
    if (this.#out.length === 0 || this.#closed) return;
    const [first] = this.#out;
    const bytes = this.#out.length === 1 && first !== undefined ? first : Buffer.concat(this.#out);
    this.#out = [];
    for (const slot of this.slots) slot.sent = true;
    this.open.socket.write(bytes);
  }

  /** Takes no more calls and ends as soon as nobody waits for one here. */
  retire(): void {
    if (this.retiring) return;
    this.retiring = true;
    this.#owner.retiring(this);
    this.endIfDone();
  }

  /** Ends a retiring session that has no call left. Statements whose answers nobody wants end with it. */
  endIfDone(): void {
    if (!this.retiring || this.#closed || this.slots.some((slot) => slot.call !== undefined)) return;
    if (this.slots.length === 0) this.open.socket.end(terminate);
    this.destroy(new Error('The connection was given up'), this.slots.length > 0);
  }

  /** Ends the connection at once: what is on it is lost. */
  destroy(cause: unknown, reset = true): void {
    if (reset) resetSocket(this.open.socket);
    if (!this.#closed && this.slots.some((slot) => slot.sent)) this.#owner.abandoned(this);
    this.#lose(cause);
  }

  /** Makes the transaction of the call what it should be; says with how many commands. */
  #begin({ settings, describe_only }: Call): number {
    const read_only = this.#owner.read_only && !describe_only;
    if (read_only) this.#out.push(setReadOnly);
    if (settings.length === 0) return read_only ? 1 : 0;
    if (!this.#sets) this.#out.push(parseSetting);
    this.#sets = true;
    this.#out.push(...settingMessages(settings));
    return settings.length + (read_only ? 1 : 0);
  }

  #prepare(plan: StatementPlan): Prepared {
    const known = this.#prepared.get(plan);
    if (known?.generation === plan.generation) return known;
    if (known !== undefined) this.#forget(plan);
    else if (this.#prepared.size >= limits.source_statements) {
      const [oldest] = this.#prepared.keys();
      if (oldest !== undefined) this.#forget(oldest);
    }
    const prepared: Prepared = { generation: plan.generation, described: false, shape: undefined };
    if (!plan.once) this.#prepared.set(plan, prepared);
    this.#out.push(plan.parse);
    return prepared;
  }

  /** Forgets a prepared statement, so that the next call prepares it anew. */
  #forget(plan: StatementPlan): void {
    this.#prepared.delete(plan);
    this.#out.push(serialize.close({ type: 'S', name: plan.name }));
  }

  #bind(call: Call): void {
    const { plan, values } = call;
    const texts = values.map((value, index) => bindText(value, plan.type_oids?.[index]));
    // One row more than wanted: that it exists is how we know that the answer was cut.
    const rows = plan.read_only ? call.skip_rows + call.limits.rows + 1 : 0;
    this.#out.push(serialize.bind({ statement: plan.name, values: texts }), serialize.execute({ rows }));
  }

  #message(code: number, bytes: Buffer, start: number, end: number): void {
    switch (code) {
      case type.row:
        return this.#row(bytes, start, end);
      case type.bind_complete:
      case type.parse_complete:
      case type.close_complete:
      case type.no_data:
      case type.notice:
      case type.notification:
      case type.suspended:
      case type.empty:
        return undefined;
      case type.command_complete: {
        const head = this.slots[0];
        if (head !== undefined && head.preludes > 0) head.preludes -= 1;
        else if (head?.prepared.shape === undefined && head?.call !== undefined) {
          head.tag = bytes.toString('latin1', start + header_bytes, end - 1);
        }
        return undefined;
      }
      case type.ready:
        return this.#ready(bytes[start + header_bytes]);
      case type.parameter_status:
        // A statement has changed a setting of the session, for example the read-only one: no other call may meet it.
        return this.retire();
      case type.copy_in:
      case type.copy_out:
        return this.#refuseCopy();
      default:
        this.#parser.parse(bytes.subarray(start, end), (message) => this.#rareMessage(message));
    }
  }

  #rareMessage(message: BackendMessage): void {
    const head = this.slots[0];
    if (message.name === 'rowDescription' && head !== undefined) {
      head.prepared.shape = rowShape((message as RowDescriptionMessage).fields);
    } else if (message.name === 'parameterDescription' && head !== undefined) {
      head.prepared.described = true;
      head.plan.type_oids = (message as ParameterDescriptionMessage).dataTypeIDs;
    } else if (message.name === 'error') {
      const error = message as DatabaseError;
      if (isFatal(error) || error.code === undefined) this.#fatal = error;
      if (head !== undefined) head.error ??= error;
      if (error.code === undefined) this.destroy(error);
    }
  }

  /** A row, copied into an object once; a row that no answer has room for is not even looked at. */
  #row(bytes: Buffer, start: number, end: number): void {
    const head = this.slots[0];
    if (head !== undefined && head.preludes > 0) return;
    const budget = head?.call?.budget;
    const shape = head?.prepared.shape;
    if (head === undefined || (budget !== undefined && passOver(budget))) return;
    if (budget === undefined || shape === undefined || isFull(budget)) return this.#drop(head, end - start);
    addRow(budget, readRow(bytes, start + header_bytes, shape), upperBytes(end - start, shape.names_bytes));
  }

  #drop(head: Slot, dropped_bytes: number): void {
    if (head.call !== undefined) dropRow(head.call.budget);
    head.dropped_bytes += dropped_bytes;
    // A read-only answer that goes on and on after its limit is not read to its end: the connection is given up instead.
    if (!head.plan.read_only || head.dropped_bytes <= limits.source_drop_bytes) return;
    const { call } = head;
    this.retire();
    if (call === undefined) return this.destroy(new Error('A result that nobody wants was too long'));
    this.#owner.finished(head);
    this.destroy(new Error('A result was longer than its limit by far'));
  }

  #wanted(code: number, length: number): boolean {
    if (code === type.row) {
      const head = this.slots[0];
      if (head !== undefined && head.preludes > 0) return true;
      const limit = head?.call?.limits.bytes ?? 0;
      // The JSON text may be shorter than the bytes of the row, by half at most (bytea), so twice the limit is decided.
      if (head?.call !== undefined && !isFull(head.call.budget) && length <= 2 * limit + limits.source_message_bytes)
        return true;
      if (head !== undefined) this.#drop(head, length);
      return false;
    }
    if (code === type.notice || code === type.notification) return false;
    if (length <= limits.source_message_bytes) return true;
    this.destroy(new Error('A message of the server is longer than any message should be'));
    return false;
  }

  #ready(status: number | undefined): void {
    if (status !== idle_status) this.retire();
    const slot = this.slots.shift();
    const now = this.#owner.clock.monotonic();
    const elapsed_ms = now - this.since;
    this.since = now;
    if (this.slots.length === 0) this.quick = true;
    if (slot === undefined) return;
    if (!slot.prepares || elapsed_ms > limits.source_stuck_ms) observe(slot.plan, elapsed_ms);
    const { error, prepared, plan } = slot;
    const stale = error !== undefined && isStalePlan(error);
    // Other connections have it from before the same change: a call tried again must not meet it there.
    if (stale && plan.generation === prepared.generation) plan.generation += 1;
    if ((stale || !prepared.described) && this.#prepared.get(plan) === prepared) this.#forget(plan);
    this.#owner.finished(slot);
    this.endIfDone();
  }

  /** COPY to or from the client is no way in or out of a tool, and takes the protocol out of step. */
  #refuseCopy(): void {
    const head = this.slots[0];
    if (head === undefined) return this.destroy(new Error('The server started to copy by itself'));
    head.error = { message: 'COPY to or from the client is not supported', code: '0A000' };
    this.retire();
    this.slots.shift();
    this.#owner.finished(head);
    this.destroy(new Error('COPY was refused'));
  }

  #lose(cause: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.retiring = true;
    this.#owner.lost(this, this.slots.splice(0), cause);
  }
}

/** Closes at once, in a way that the server notices with the first byte that it sends, where that is possible. */
function resetSocket(socket: Socket): void {
  try {
    socket.resetAndDestroy();
  } catch {
    // Only plain TCP can be reset; TLS and Unix sockets can only be closed.
    socket.destroy();
  }
}
