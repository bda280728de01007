// The connections of a source, and the choice of the call that gets one.
//
// Policy: a call takes an idle connection, else another one is opened up to the bound, else it waits; the oldest first. A
// statement that is not known to be quick never gets the last connection, so that quick ones always have a way through.
// Every session is reset after its call, behind the answer. A read that loses its connection is started again once; a
// write only if its statement had not been sent. A session with a cancelled call ends with it.
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import type { RowsResult } from '../../catalog/result.ts';
import { killConnection, openConnection } from './connect.ts';
import type { MysqlServer } from './connect.ts';
import { MysqlServerError } from './packets.ts';
import { ConnectionLost, Session } from './session.ts';
import type { Call } from './session.ts';
import { isLost, statementError, unavailable } from './sql-state.ts';
import { observe } from './statement-plan.ts';
import type { StatementPlan } from './statement-plan.ts';
import { ToolcribError } from '../../base/errors.ts';
import { Backoff } from '../backoff.ts';

export interface PoolOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Name of the source, for errors and the log. */
  readonly source: string;
  readonly server: MysqlServer;
  readonly max_connections: number;
}

interface Waiting {
  readonly plan: StatementPlan;
  readonly resolve: (session: Session) => void;
  readonly reject: (reason: unknown) => void;
}

export class Pool {
  readonly #options: PoolOptions;
  /** Every session that is not gone, with the statement that has it; undefined when it is idle or being reset. */
  readonly #sessions = new Map<Session, StatementPlan | undefined>();
  #idle: Session[] = [];
  #waiting: Waiting[] = [];
  #connecting = 0;
  readonly #backoff: Backoff;
  /** Sessions that will be idle in a moment. */
  #resetting = 0;
  /** Calls and attempts to connect. */
  readonly #under_way = new Set<Promise<unknown>>();
  #closing = false;
  readonly #prune_timer: NodeJS.Timeout;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock);
    this.#prune_timer = setInterval(() => this.#prune(), limits.source_idle_ms / 5).unref();
  }

  /** Runs a call; settles when the database has answered, or has ended what was cancelled. */
  run(call: Call): Promise<RowsResult> {
    if (this.#closing) return Promise.reject(this.#unavailable(new Error('The source was closed')));
    if (this.#waiting.length >= limits.source_queue) {
      return Promise.reject(this.#unavailable(new Error('Too many calls wait')));
    }
    const { plan } = call;
    plan.running += 1;
    const running = this.#run(call).finally(() => {
      plan.running -= 1;
      this.#under_way.delete(running);
    });
    this.#under_way.add(running);
    return running;
  }

  /** Serves what was taken, then ends every connection. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#prune_timer);
    await Promise.allSettled(this.#under_way);
    // Those that are being reset go as well: nobody waits for them.
    for (const session of this.#sessions.keys()) session.quit();
    await Promise.all(Array.from(this.#sessions.keys(), (session) => session.closed));
  }

  async #run(call: Call): Promise<RowsResult> {
    for (let attempt = 1; ; attempt += 1) {
      const session = await this.#take(call);
      try {
        return await this.#runOn(session, call);
      } catch (thrown) {
        call.signal.throwIfAborted();
        const lost = thrown instanceof ConnectionLost || (thrown instanceof MysqlServerError && isLost(thrown));
        if (!lost) throw this.#error(thrown, call);
        if (attempt > 1 || (session.executed && !call.plan.read_only)) throw this.#unavailable(thrown);
        // After a restart of the database the other idle connections are dead too: the second attempt must not meet them.
        for (const idle of this.#idle.splice(0)) idle.quit();
      }
    }
  }

  async #runOn(session: Session, call: Call): Promise<RowsResult> {
    const { clock } = this.#options;
    let cancelled = false;
    const cancel = (): void => {
      cancelled = true;
      this.#kill(session);
    };
    call.signal.addEventListener('abort', cancel);
    const started = clock.monotonic();
    try {
      call.signal.throwIfAborted();
      const { family } = session.open;
      if (family === 'tidb' && call.plan.refused_without_transaction) throw new ToolcribError('write_refused');
      const result = await session.run(call);
      observe(call.plan, clock.monotonic() - started);
      // SLEEP() and the like answer as if nothing had been when they are interrupted.
      call.signal.throwIfAborted();
      return result;
    } catch (thrown) {
      if (thrown instanceof MysqlServerError && isLost(thrown)) session.retiring = true;
      throw thrown;
    } finally {
      call.signal.removeEventListener('abort', cancel);
      if (cancelled) await session.closed;
      this.#release(session, call.plan);
    }
  }

  #error(thrown: unknown, { plan }: Call): unknown {
    if (!(thrown instanceof MysqlServerError)) return thrown;
    return statementError(thrown, { source: this.#options.source, read_only: plan.read_only });
  }

  /** A clean session for the call. */
  async #take({ signal, plan }: Call): Promise<Session> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Session>();
    const waiting: Waiting = { plan, resolve, reject };
    const giveUp = (): void => {
      const place = this.#waiting.indexOf(waiting);
      // Otherwise it has its session already, and learns of it there.
      if (place < 0) return;
      this.#waiting.splice(place, 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp);
    this.#waiting.push(waiting);
    this.#dispatch();
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Gives idle sessions to waiting calls, oldest first; a call that may not have one does not hold back the others. */
  #dispatch(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    let wanted = 0;
    for (const one of waiting) {
      if (!this.#mayTake(one.plan)) {
        this.#waiting.push(one);
        continue;
      }
      const session = this.#idle.pop();
      if (session === undefined) {
        wanted += 1;
        this.#waiting.push(one);
      } else {
        this.#sessions.set(session, one.plan);
        one.resolve(session);
      }
    }
    while (this.#connecting + this.#resetting < wanted && this.#connect());
  }

  /** The first call of a new statement may well be quick; more of it must wait until that is known. */
  #mayTake(plan: StatementPlan): boolean {
    if (isQuick(plan) || (plan.mean_ms === undefined && plan.running <= 1 && !plan.once)) return true;
    let slow = 0;
    for (const taken of this.#sessions.values()) if (taken !== undefined && !isQuick(taken)) slow += 1;
    return slow < this.#options.max_connections - 1;
  }

  #release(session: Session, plan: StatementPlan): void {
    if (this.#sessions.get(session) === plan) this.#sessions.set(session, undefined);
    if (session.given_up) this.#kill(session);
    else if (session.retiring) session.quit();
    else return this.#clean(session);
    this.#dispatch();
  }

  /** Resets a session behind the answer; nobody gets it before. */
  #clean(session: Session): void {
    this.#resetting += 1;
    const timer = setTimeout(
      () => session.destroy(new Error('The connection could not be reset in time')),
      limits.source_connect_ms,
    );
    session
      .clean()
      .then(
        () => {
          session.since = this.#options.clock.monotonic();
          if (session.retiring || this.#closing) session.quit();
          else this.#idle.push(session);
        },
        (error: unknown) => {
          // Nothing is lost: the next call opens another one.
          this.#options.log.debug('source-reset-failed', { source: this.#options.source, error });
          session.destroy(error);
        },
      )
      .finally(() => {
        this.#resetting -= 1;
        clearTimeout(timer);
        this.#dispatch();
      });
  }

  /** Ends a session in the server with what it is running; tried until the connection is gone. */
  #kill(session: Session): void {
    session.retiring = true;
    const give_up = setTimeout(() => session.destroy(new Error('The statement did not end')), limits.source_connect_ms);
    void session.closed.then(() => clearTimeout(give_up));
    void this.#killUntilClosed(session);
  }

  async #killUntilClosed(session: Session): Promise<void> {
    const { server, source, log } = this.#options;
    while (!session.is_closed) {
      try {
        await killConnection(server, session.open);
      } catch (error) {
        log.warn('source-cancel-failed', { source, error });
      }
      await Promise.race([session.closed, delay(limits.source_cancel_again_ms)]);
    }
  }

  /** Opens one more connection if the bound and the back-off allow it. */
  #connect(): boolean {
    const { server, max_connections, clock } = this.#options;
    if (this.#sessions.size + this.#connecting >= max_connections) return false;
    if (this.#backoff.retry_after_s !== undefined) {
      if (this.#sessions.size + this.#connecting === 0) this.#rejectWaiting();
      return false;
    }
    this.#connecting += 1;
    const connecting = openConnection(server)
      .then((open) => this.#opened(new Session(open, clock)))
      .catch((error: unknown) => this.#connectFailed(error))
      .finally(() => {
        this.#connecting -= 1;
        this.#under_way.delete(connecting);
        if (this.#backoff.last_failure !== undefined && this.#sessions.size + this.#connecting === 0)
          this.#rejectWaiting();
        else this.#dispatch();
      });
    this.#under_way.add(connecting);
    return true;
  }

  async #opened(session: Session): Promise<void> {
    try {
      await session.clean();
    } catch (thrown) {
      session.destroy(thrown);
      throw thrown;
    }
    this.#backoff.succeeded();
    this.#sessions.set(session, undefined);
    this.#idle.push(session);
    void session.closed.then(() => {
      this.#sessions.delete(session);
      this.#idle = this.#idle.filter((idle) => idle !== session);
      this.#dispatch();
    });
  }

  #connectFailed(error: unknown): void {
    const { log, source } = this.#options;
    if (this.#backoff.failed(error)) log.warn('source-connect-failed', { source, error });
  }

  #rejectWaiting(): void {
    const { retry_after_s, last_failure } = this.#backoff;
    for (const { reject } of this.#waiting.splice(0)) {
      reject(unavailable(this.#options.source, last_failure, retry_after_s ?? 1));
    }
  }

  #unavailable(cause: unknown): ToolcribError {
    return unavailable(this.#options.source, cause);
  }

  #prune(): void {
    const now = this.#options.clock.monotonic();
    for (const session of this.#sessions.keys()) {
      if (now - session.opened_at > limits.source_age_ms) session.retiring = true;
    }
    this.#idle = this.#idle.filter((session) => {
      const keep = !session.retiring && now - session.since < limits.source_idle_ms;
      if (!keep) session.quit();
      return keep;
    });
  }
}

function isQuick(plan: StatementPlan): boolean {
  return plan.mean_ms !== undefined && plan.mean_ms < limits.source_quick_ms;
}
