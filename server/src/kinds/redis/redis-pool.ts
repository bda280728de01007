// The connections of a source: a call has one to itself while it runs. A call that is cancelled, or whose reply is too long,
// ends its connection; a call that only reads and loses it is started again once.
import type { Clock } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import { ConnectionLost, openConnection } from './redis-connection.ts';
import type { RedisConnection, RedisServer } from './redis-connection.ts';
import { unavailable } from './redis-errors.ts';

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
  readonly #waiting: (() => void)[] = [];
  #taken = 0;
  #closing = false;
  /** Failed attempts to connect in a row. */
  #failures = 0;
  #next_attempt = 0;
  #last_failure: unknown;
  readonly #prune_timer: NodeJS.Timeout;

  constructor(options: RedisPoolOptions) {
    this.#options = options;
    this.#prune_timer = setInterval(() => this.#prune(), limits.source_idle_ms / 5).unref();
  }

  /** Rejects with the signal's reason when it aborts. */
  run<T>(call: PooledCall<T>): Promise<T> {
    if (this.#closing || this.#waiting.length >= limits.source_queue) {
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
    await this.#turn(call.signal);
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
      this.#taken -= 1;
      this.#waiting.shift()?.();
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
    const { clock, log, server, source } = this.#options;
    const wait_ms = this.#next_attempt - clock.monotonic();
    if (wait_ms > 0) throw unavailable(source, this.#last_failure, Math.max(1, Math.ceil(wait_ms / 1_000)));
    try {
      const connection = await openConnection(server);
      this.#failures = 0;
      return connection;
    } catch (error) {
      this.#last_failure = error;
      // Attempts that were under way together count as one failure.
      if (clock.monotonic() >= this.#next_attempt) {
        const backoff_ms = Math.min(
          limits.source_backoff_first_ms * 2 ** this.#failures,
          limits.source_backoff_last_ms,
        );
        this.#failures += 1;
        this.#next_attempt = clock.monotonic() + backoff_ms;
        log.warn('source-connect-failed', { source, error });
      }
      throw unavailable(source, error);
    }
  }

  /** Waits for one of the places; takes it. */
  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.#taken >= this.#options.max_connections) {
      const turn = Promise.withResolvers<void>();
      this.#waiting.push(turn.resolve);
      signal.addEventListener('abort', () => turn.resolve(), { once: true });
      await turn.promise;
      if (signal.aborted) {
        const place = this.#waiting.indexOf(turn.resolve);
        if (place < 0) this.#waiting.shift()?.();
        else this.#waiting.splice(place, 1);
        signal.throwIfAborted();
      }
    }
    this.#taken += 1;
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
