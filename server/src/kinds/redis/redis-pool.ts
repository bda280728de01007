// The connections of a source: a call has one to itself while it runs. A call that is cancelled, or whose reply is too long,
// ends its connection; a call that only reads and loses it is started again once.
import type { Clock } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import { ConnectionLost, openConnection } from './redis-connection.ts';
import type { RedisConnection, RedisServer } from './redis-connection.ts';
import { unavailable } from './redis-errors.ts';
import { Backoff } from '../backoff.ts';
import { Gate } from '../gate.ts';

export interface RedisPoolOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Name of the source, for errors and the log. */
  readonly source: string;
  readonly server: RedisServer;
  readonly max_connections: number;
}

export interface PooledCall<T> {
  readonly signal: AbortSignal;
  /** Asked after a lost connection: whether the call may be started again. */
  readonly repeatable: () => boolean;
  readonly use: (connection: RedisConnection) => Promise<T>;
}

export class RedisPool {
  readonly #options: RedisPoolOptions;
  readonly #idle: RedisConnection[] = [];
  readonly #running = new Set<Promise<unknown>>();
  readonly #gate: Gate;
  readonly #backoff: Backoff;
  #closing = false;
  readonly #prune_timer: NodeJS.Timeout;

  constructor(options: RedisPoolOptions) {
    this.#options = options;
    this.#gate = new Gate(options.max_connections);
    this.#backoff = new Backoff(options.clock);
    this.#prune_timer = setInterval(() => this.#prune(), limits.source_idle_ms / 5).unref();
  }

  /** Rejects with the signal's reason when it aborts. */
  run<T>(call: PooledCall<T>): Promise<T> {
    if (this.#closing || this.#gate.is_full) {
      const cause = new Error(this.#closing ? 'The source was closed' : 'Too many calls wait');
      return Promise.reject(unavailable(this.#options.source, cause));
    }
    const running = this.#run(call).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  /** Serves what was taken, then ends every connection. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#prune_timer);
    await Promise.allSettled(this.#running);
    for (const connection of this.#idle.splice(0)) connection.destroy(new Error('The source was closed'));
  }

  async #run<T>(call: PooledCall<T>): Promise<T> {
    await this.#gate.enter(call.signal);
    try {
      try {
        return await this.#runOn(call);
      } catch (thrown) {
        if (!(thrown instanceof ConnectionLost) || !call.repeatable() || call.signal.aborted) throw thrown;
        // After a restart of the database the other idle connections are dead too: the second attempt must not meet them.
        for (const connection of this.#idle.splice(0)) connection.destroy(thrown);
        return await this.#runOn(call);
      }
    } finally {
      this.#gate.leave();
    }
  }

  async #runOn<T>({ signal, use }: PooledCall<T>): Promise<T> {
    const connection = this.#takeIdle() ?? (await this.#open());
    const cancel = (): void => connection.destroy(signal.reason);
    signal.addEventListener('abort', cancel);
    try {
      signal.throwIfAborted();
      return await use(connection);
    } catch (thrown) {
      signal.throwIfAborted();
      throw thrown;
    } finally {
      signal.removeEventListener('abort', cancel);
      if (!connection.is_closed) {
        connection.since = this.#options.clock.monotonic();
        this.#idle.push(connection);
      }
    }
  }

  async #open(): Promise<RedisConnection> {
    const { log, server, source } = this.#options;
    const { retry_after_s, last_failure } = this.#backoff;
    if (retry_after_s !== undefined) throw unavailable(source, last_failure, retry_after_s);
    try {
      const connection = await openConnection(server);
      this.#backoff.succeeded();
      return connection;
    } catch (error) {
      if (this.#backoff.failed(error)) log.warn('source-connect-failed', { source, error });
      throw unavailable(source, error);
    }
  }

  #takeIdle(): RedisConnection | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) if (!idle.is_closed) return idle;
    return undefined;
  }

  #prune(): void {
    const old = this.#options.clock.monotonic() - limits.source_idle_ms;
    for (const connection of this.#idle.splice(0)) {
      if (connection.since < old) connection.destroy(new Error('The connection was not needed'));
      else this.#idle.push(connection);
    }
  }
}
