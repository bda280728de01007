// The connections of a source for one purpose, reading or writing, and the calls that wait for one. A connection is reset
// before the next call gets it, outside the time of the call that used it.
import type { Clock } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import type { RowsResult } from '../../catalog/result.ts';
import { MssqlConnection } from './mssql-connection.ts';
import type { MssqlJob, MssqlServer } from './mssql-connection.ts';
import { isLost, mssqlError, sourceUnavailable } from './mssql-errors.ts';
import { Backoff } from '../backoff.ts';
import { Gate } from '../gate.ts';

export interface MssqlPoolOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Name of the source, for errors and the log. */
  readonly source: string;
  readonly server: MssqlServer;
  readonly read_only: boolean;
  readonly max_connections: number;
}

export class MssqlPool {
  readonly #options: MssqlPoolOptions;
  readonly #idle: { readonly connection: MssqlConnection; readonly since: number }[] = [];
  readonly #running = new Set<Promise<unknown>>();
  readonly #resetting = new Set<Promise<void>>();
  readonly #gate: Gate;
  readonly #backoff: Backoff;
  /** Calls that wait for a reset to end. */
  #awaiting = 0;
  #closing = false;
  readonly #prune_timer: NodeJS.Timeout;

  constructor(options: MssqlPoolOptions) {
    this.#options = options;
    this.#gate = new Gate(options.max_connections);
    this.#backoff = new Backoff(options.clock);
    this.#prune_timer = setInterval(() => this.#prune(), limits.source_idle_ms / 5).unref();
  }

  /** Runs a job on a connection of its own. Throws only catalogue errors, or the signal's reason. */
  async run(job: MssqlJob, signal: AbortSignal): Promise<RowsResult> {
    if (this.#closing) throw this.#unavailable(new Error('The source was closed'));
    if (this.#gate.is_full) throw this.#unavailable(new Error('Too many calls wait'));
    const running = this.#run(job, signal);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Ends every connection after the jobs that were taken. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#prune_timer);
    await Promise.allSettled(this.#running);
    await Promise.allSettled(this.#resetting);
    const idle = this.#idle.splice(0);
    for (const { connection } of idle) connection.close();
    await Promise.all(idle.map(({ connection }) => connection.closed));
  }

  async #run(job: MssqlJob, signal: AbortSignal): Promise<RowsResult> {
    await this.#gate.enter(signal);
    let connection: MssqlConnection | undefined;
    try {
      connection = (await this.#takeIdle()) ?? (await this.#open(signal));
      const was_used = connection.used;
      try {
        signal.throwIfAborted();
        return await connection.run(job, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        if (!was_used || !job.read_only || !isLost(thrown)) throw thrown;
      }
      // The server was restarted while the connection was idle; the others that were idle are lost too.
      connection.close();
      for (const idle of this.#idle.splice(0)) idle.connection.close();
      connection = await this.#open(signal);
      return await connection.run(job, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      if (connection !== undefined && isLost(thrown)) connection.close();
      throw mssqlError(thrown, { source: this.#options.source, read_only: this.#options.read_only });
    } finally {
      if (job.last === true) connection?.close();
      this.#giveBack(connection);
    }
  }

  /** An idle connection, or one that is about to be: to wait for a reset is quicker than to log in. */
  async #takeIdle(): Promise<MssqlConnection | undefined> {
    for (;;) {
      for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
        if (!idle.connection.ended) return idle.connection;
      }
      if (this.#resetting.size <= this.#awaiting) return undefined;
      this.#awaiting += 1;
      await Promise.race(this.#resetting);
      this.#awaiting -= 1;
    }
  }

  async #open(signal: AbortSignal): Promise<MssqlConnection> {
    const { clock, server, read_only, source, log } = this.#options;
    const { retry_after_s, last_failure } = this.#backoff;
    if (retry_after_s !== undefined) throw this.#unavailable(last_failure, retry_after_s);
    try {
      const connection = await MssqlConnection.open(server, { read_only, now: clock.monotonic(), signal });
      this.#backoff.succeeded();
      return connection;
    } catch (error) {
      signal.throwIfAborted();
      if (this.#backoff.failed(error)) log.warn('source-connect-failed', { source, error });
      throw this.#unavailable(error);
    }
  }

  /** Makes the connection as new, then gives its place to the next call. */
  #giveBack(connection: MssqlConnection | undefined): void {
    const free = (): void => this.#gate.leave();
    if (connection === undefined || connection.ended) return free();
    const { clock } = this.#options;
    const resetting = connection
      .reset()
      .then(
        () => {
          const now = clock.monotonic();
          if (now - connection.opened_at > limits.source_age_ms) connection.close();
          else this.#idle.push({ connection, since: now });
        },
        () => connection.close(),
      )
      .finally(() => {
        this.#resetting.delete(resetting);
        free();
      });
    this.#resetting.add(resetting);
  }

  #prune(): void {
    const old = this.#options.clock.monotonic() - limits.source_idle_ms;
    for (const idle of this.#idle.splice(0)) {
      if (idle.connection.ended) continue;
      if (idle.since < old) idle.connection.close();
      else this.#idle.push(idle);
    }
  }

  #unavailable(cause: unknown, retry_after_s?: number) {
    return sourceUnavailable(this.#options.source, cause, retry_after_s);
  }
}
