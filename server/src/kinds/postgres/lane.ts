// The connections of a source for one purpose, reading or writing, and the choice of the connection for every call.
//
// Policy (docs/decisions/0032): a statement known to be quick joins a few others that are known to be quick as well, so
// that they share a write and a read; then an idle connection; then, for a quick statement, the one with the fewest others
// on it, all of them quick; else the call waits, and another connection is opened up to the bound. Statements not known to be quick never get the last connection, so quick ones always have a way
// through. When a statement turns out slow after all, the calls behind it are started again elsewhere: they only read.
// Writing statements are never sent behind another, never moved and never retried once they were sent.
import type { Clock } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import type { RowsResult } from '../../catalog/result.ts';
import { createRowBudget } from '../sql/row-budget.ts';
import type { Call } from './call.ts';
import { openConnection, requestCancel } from './connect.ts';
import type { PostgresServer } from './connect.ts';
import { Session } from './session.ts';
import type { SessionOwner, Slot } from './session.ts';
import { isFatal, isStalePlan, statementError, unavailable } from './sql-state.ts';
import type { StatementPlan } from './statement-plan.ts';
import { Backoff } from '../backoff.ts';

export interface LaneOptions {
  readonly clock: Clock;
  /** Name of the source, for errors and the log. */
  readonly source: string;
  readonly server: PostgresServer;
  readonly read_only: boolean;
  readonly max_connections: number;
  readonly log: Log;
}

const max_retries = 1;
const max_moves = 3;

export class Lane implements SessionOwner {
  readonly read_only: boolean;
  readonly clock: Clock;
  readonly #options: LaneOptions;
  readonly #sessions = new Set<Session>();
  /** Calls without a place, oldest first. */
  #queue: Call[] = [];
  #dirty: Session[] = [];
  #connecting = 0;
  readonly #backoff: Backoff;
  #stuck_timer: NodeJS.Timeout | undefined;
  readonly #prune_timer: NodeJS.Timeout;
  #closed: PromiseWithResolvers<void> | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.read_only = options.read_only;
    this.clock = options.clock;
    this.#backoff = new Backoff(options.clock);
    this.#prune_timer = setInterval(() => this.#prune(), limits.source_idle_ms / 5).unref();
  }

  /** Takes a call; its promise settles when the database has answered or the call was given up. */
  submit(call: Call): void {
    if (this.#closed !== undefined) return call.reject(this.#unavailable(new Error('The source was closed')));
    if (this.#queue.length >= limits.source_queue)
      return call.reject(this.#unavailable(new Error('Too many calls wait')));
    call.plan.running += 1;
    call.onAbort = () => this.#abort(call);
    call.signal.addEventListener('abort', call.onAbort);
    if (call.signal.aborted) return this.#reject(call, call.signal.reason);
    this.#place(call);
  }

  /** Serves what was submitted, then ends every connection. */
  close(): Promise<void> {
    this.#closed ??= Promise.withResolvers();
    clearInterval(this.#prune_timer);
    this.#drain();
    return this.#closed.promise;
  }

  dirty(session: Session): void {
    // At the end of the tick, when everything that came in with it has been sent: one write per connection.
    if (this.#dirty.length === 0) setImmediate(() => this.#flush());
    this.#dirty.push(session);
  }

  abandoned(session: Session): void {
    this.#requestCancel(session);
    // The first request may have come between two statements, where the server ignores it.
    setTimeout(() => this.#requestCancel(session), limits.source_cancel_again_ms);
  }

  finished(slot: Slot): void {
    const { call } = slot;
    slot.call = undefined;
    if (call !== undefined) this.#answer(call, slot);
    if (this.#queue.length > 0) this.#dispatch();
    if (this.#closed !== undefined) this.#drain();
  }

  retiring(session: Session): void {
    this.#moveFollowers(session);
  }

  lost(session: Session, slots: readonly Slot[], cause: unknown): void {
    this.#sessions.delete(session);
    // After a restart of the database the other idle connections are dead too: calls tried again must not meet them.
    if (slots.some((slot) => slot.call !== undefined)) this.#retireIdle();
    for (const slot of slots) {
      const { call } = slot;
      slot.call = undefined;
      if (call === undefined) continue;
      call.place = undefined;
      const again = this.read_only || !slot.sent;
      if (again && call.retries < max_retries && !call.signal.aborted) this.#retry(call);
      else this.#reject(call, call.signal.aborted ? call.signal.reason : this.#unavailable(cause));
    }
    this.#dispatch();
    if (this.#closed !== undefined) this.#drain();
  }

  #retireIdle(): void {
    for (const session of this.#sessions) if (session.slots.length === 0) session.retire();
  }

  #answer(call: Call, slot: Slot): void {
    call.place = undefined;
    const { error } = slot;
    if (call.signal.aborted) return this.#reject(call, call.signal.reason);
    if (error === undefined) return this.#resolve(call, slot);
    const lost = isFatal(error) && this.read_only;
    if ((lost || isStalePlan(error)) && call.retries < max_retries) return this.#retry(call);
    this.#reject(call, statementError(error, { source: this.#options.source, read_only: call.plan.read_only }));
  }

  #resolve(call: Call, slot: Slot): void {
    const { rows, truncated } = call.budget;
    const { shape } = slot.prepared;
    const affected_rows = shape === undefined ? affectedRows(slot.tag) : undefined;
    const result: RowsResult = {
      kind: 'rows',
      columns: shape?.columns ?? [],
      rows,
      ...(affected_rows === undefined ? {} : { affected_rows }),
      ...(truncated === undefined ? {} : { truncated }),
    };
    this.#settle(call);
    call.resolve(result);
  }

  #reject(call: Call, reason: unknown): void {
    this.#settle(call);
    call.reject(reason);
  }

  #settle(call: Call): void {
    if (call.settled) return;
    call.settled = true;
    call.signal.removeEventListener('abort', call.onAbort);
    call.plan.running -= 1;
  }

  #retry(call: Call): void {
    call.retries += 1;
    call.budget = createRowBudget(call.limits, call.skip_rows);
    this.#place(call);
  }

  /** Sends a call, or lets it wait. */
  #place(call: Call): void {
    const session = this.#pick(call.plan);
    if (session !== undefined) session.send(call, this.#isQuick(call.plan));
    else {
      this.#queue.push(call);
      this.#connect();
    }
    if (session !== undefined && session.slots.length > 1) this.#watch();
  }

  #isQuick(plan: StatementPlan): boolean {
    return this.read_only && plan.reusable && plan.mean_ms !== undefined && plan.mean_ms < limits.source_quick_ms;
  }

  #pick(plan: StatementPlan): Session | undefined {
    const quick = this.#isQuick(plan);
    const together = quick ? Math.min(limits.source_together, limits.source_together_ms / (plan.mean_ms ?? 1)) : 0;
    let joined: Session | undefined;
    let least: Session | undefined;
    let idle: Session | undefined;
    let slow = 0;
    for (const session of this.#sessions) {
      if (!session.quick) slow += 1;
      if (!session.writable) continue;
      const depth = session.slots.length;
      if (depth === 0) idle ??= session;
      else if (session.quick && depth < limits.source_pipeline) {
        if (depth < together && depth > (joined?.slots.length ?? 0)) joined = session;
        if (depth < (least?.slots.length ?? Infinity)) least = session;
      }
    }
    if (quick) {
      if (joined === undefined && idle === undefined) this.#connect();
      return joined ?? idle ?? least;
    }
    const { max_connections } = this.#options;
    const reserved = this.read_only && !isNew(plan) && max_connections > 1 ? 1 : 0;
    return slow < max_connections - reserved ? idle : undefined;
  }

  /** Gives waiting calls their places, oldest first; a call that has to wait does not hold back the quick ones. */
  #dispatch(): void {
    const waiting = this.#queue;
    if (waiting.length === 0) return;
    this.#queue = [];
    let full = false;
    for (const call of waiting) {
      const may_take_last = this.#isQuick(call.plan) || isNew(call.plan);
      const session = full && !may_take_last ? undefined : this.#pick(call.plan);
      if (session === undefined) {
        full ||= !may_take_last;
        this.#queue.push(call);
      } else session.send(call, this.#isQuick(call.plan));
    }
    this.#watch();
    if (this.#queue.length > 0) this.#connect();
  }

  #flush(): void {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const session of dirty) session.flush();
  }

  /** Looks for calls stuck behind a slow statement, and for statements that nobody wants, while there may be any. */
  #watch(): void {
    this.#stuck_timer ??= setTimeout(() => {
      this.#stuck_timer = undefined;
      const late = this.clock.monotonic() - limits.source_stuck_ms;
      let again = false;
      for (const session of this.#sessions) {
        const unwanted = session.slots.some((slot) => slot.call === undefined);
        if (session.slots.length < 2 && !unwanted) continue;
        again = true;
        if (session.since < late) this.#unstick(session);
      }
      if (again) this.#watch();
    }, limits.source_stuck_ms);
  }

  #unstick(session: Session): void {
    session.quick = false;
    const [head] = session.slots;
    if (head === undefined) return;
    head.plan.mean_ms = Math.max(head.plan.mean_ms ?? 0, limits.source_stuck_ms);
    if (head.call === undefined) session.retire();
    else this.#moveFollowers(session);
  }

  /** Starts the calls behind the head of a session again elsewhere. What the session still answers to them is dropped. */
  #moveFollowers(session: Session): void {
    if (!this.read_only) return;
    const moved: Call[] = [];
    for (const slot of session.slots.slice(1)) {
      const { call } = slot;
      if (call === undefined || (call.moves >= max_moves && !session.retiring)) continue;
      slot.call = undefined;
      call.place = undefined;
      call.moves += 1;
      call.budget = createRowBudget(call.limits, call.skip_rows);
      moved.push(call);
    }
    this.#queue.unshift(...moved);
    if (moved.length > 0) this.#dispatch();
  }

  #abort(call: Call): void {
    if (call.settled) return;
    const { place } = call;
    if (place === undefined) {
      this.#queue = this.#queue.filter((waiting) => waiting !== call);
      return this.#reject(call, call.signal.reason);
    }
    const { session, slot } = place;
    if (session.slots[0] === slot && slot.sent) return this.#cancel(session);
    slot.call = undefined;
    this.#reject(call, call.signal.reason);
    if (session.slots[0] === slot) session.retire();
    else this.#watch();
  }

  /**
   * Cancels the head of a session in the database. The session takes no other call from here on and ends after the head:
   * a cancel request names a process, not a statement, and may arrive early or late; so it is repeated, and nothing else
   * ever runs there.
   */
  #cancel(session: Session): void {
    session.retire();
    const again = setInterval(() => this.#requestCancel(session), limits.source_cancel_again_ms);
    const give_up = setTimeout(
      () => session.destroy(new Error('The cancelled statement did not end')),
      limits.source_connect_ms,
    );
    session.open.socket.once('close', () => {
      clearInterval(again);
      clearTimeout(give_up);
    });
    this.#requestCancel(session);
  }

  #requestCancel(session: Session): void {
    const { server, source, log } = this.#options;
    requestCancel(server, session.open).catch((error: unknown) => log.warn('source-cancel-failed', { source, error }));
  }

  /** Opens one more connection if calls wait for it and the bound and the back-off allow it. */
  #connect(): void {
    const open = this.#sessions.size + this.#connecting;
    const { server, read_only, max_connections } = this.#options;
    if (open >= max_connections || this.#connecting >= Math.max(1, this.#queue.length)) return;
    if (this.#backoff.retry_after_s !== undefined) {
      if (open === 0) this.#rejectWaiting();
      return;
    }
    this.#connecting += 1;
    openConnection(server, read_only).then(
      (connection) => {
        this.#connecting -= 1;
        this.#backoff.succeeded();
        this.#sessions.add(new Session(connection, this));
        this.#dispatch();
        if (this.#closed !== undefined) this.#drain();
      },
      (error: unknown) => this.#connectFailed(error),
    );
  }

  #connectFailed(error: unknown): void {
    this.#connecting -= 1;
    const { log, source } = this.#options;
    if (this.#backoff.failed(error)) log.warn('source-connect-failed', { source, error });
    if (this.#sessions.size + this.#connecting === 0) this.#rejectWaiting();
    if (this.#closed !== undefined) this.#drain();
  }

  #rejectWaiting(): void {
    const waiting = this.#queue;
    this.#queue = [];
    const { retry_after_s, last_failure } = this.#backoff;
    for (const call of waiting) this.#reject(call, unavailable(this.#options.source, last_failure, retry_after_s ?? 1));
  }

  #unavailable(cause: unknown) {
    return unavailable(this.#options.source, cause);
  }

  #prune(): void {
    const now = this.clock.monotonic();
    for (const session of this.#sessions) {
      const idle = session.slots.length === 0 && now - session.since > limits.source_idle_ms;
      if (idle || now - session.opened_at > limits.source_age_ms) session.retire();
    }
  }

  /** While closing: ends the sessions that have nothing left to do. */
  #drain(): void {
    if (this.#queue.length > 0 || this.#connecting > 0) return;
    this.#retireIdle();
    if (this.#sessions.size === 0) {
      clearTimeout(this.#stuck_timer);
      this.#closed?.resolve();
    }
  }
}

/** `INSERT 0 5`, `UPDATE 3`: the last number; other commands have none. */
function affectedRows(tag: string): number | undefined {
  const count = / (\d+)$/.exec(tag)?.[1];
  return count === undefined ? undefined : Number(count);
}

/** The first call of a new statement may well be quick; more of it must wait until that is known. */
function isNew(plan: StatementPlan): boolean {
  return !plan.once && plan.mean_ms === undefined && plan.running <= 1;
}
