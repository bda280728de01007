// The connections to one server: those of a caller are used by nobody else, each by one call at a time. A bounded number, closed
// when nobody uses them.
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import type { Clock } from '../../base/clock.ts';
import { Backoff } from '../backoff.ts';
import type { McpConnection } from './connection.ts';

export interface PoolOptions {
  readonly source: string;
  readonly max: number;
  readonly clock: Clock;
  readonly log: Log;
}

interface Place {
  readonly key: string;
  readonly connection: McpConnection;
  is_used: boolean;
  idle: NodeJS.Timeout | undefined;
  /** Monotonic time of the last look at its list. */
  looked_at: number;
}

export interface Leased {
  readonly connection: McpConnection;
  /** When its list was last looked at; set by whoever looks. */
  looked_at: number;
}

type Open = (signal: AbortSignal) => Promise<McpConnection>;

export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #places = new Set<Place>();
  readonly #backoff: Backoff;
  /** Keys of the connections that are being opened. */
  readonly #opening: string[] = [];
  #is_closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock);
  }

  /** Runs `work` on a connection of this caller's. `key` names caller and account. */
  async use<T>(key: string, open: Open, work: (leased: Leased) => Promise<T>, signal: AbortSignal): Promise<T> {
    const place = await this.#take(key, open, signal);
    try {
      return await work(place);
    } finally {
      this.#giveBack(place);
    }
  }

  async close(): Promise<void> {
    this.#is_closed = true;
    await Promise.all([...this.#places].map((place) => this.#end(place)));
  }

  async #take(key: string, open: Open, signal: AbortSignal): Promise<Place> {
    const { source } = this.#options;
    if (this.#is_closed) throw new ToolcribError('source_unavailable', { params: { source } });
    const own = [...this.#places].filter((place) => place.key === key);
    const free = own.find((place) => !place.is_used && !place.connection.is_broken);
    if (free !== undefined) {
      clearTimeout(free.idle);
      free.is_used = true;
      return free;
    }
    const opening = this.#opening.filter((one) => one === key).length;
    if (own.length + opening >= limits.mcp_connections_per_caller) throw tooMany('your calls of this source');
    if (this.#places.size + this.#opening.length >= this.#options.max) this.#makeRoom();
    const wait_s = this.#backoff.retry_after_s;
    if (wait_s !== undefined) {
      const cause = this.#backoff.last_failure;
      throw new ToolcribError('source_unavailable', { params: { source }, retry_after_s: wait_s, cause });
    }
    this.#opening.push(key);
    try {
      const connection = await open(signal);
      this.#backoff.succeeded();
      const place: Place = { key, connection, is_used: true, idle: undefined, looked_at: -1 };
      this.#places.add(place);
      if (this.#is_closed) {
        await this.#end(place);
        throw new ToolcribError('source_unavailable', { params: { source } });
      }
      return place;
    } catch (thrown) {
      // One caller's account, or one who has gone, says nothing of the server.
      const is_down = thrown instanceof ToolcribError && thrown.code === 'source_unavailable';
      if (is_down && !signal.aborted) this.#backoff.failed(thrown);
      throw thrown;
    } finally {
      this.#opening.splice(this.#opening.indexOf(key), 1);
    }
  }

  #giveBack(place: Place): void {
    place.is_used = false;
    if (place.connection.is_broken || this.#is_closed) {
      this.#endLater(place);
      return;
    }
    place.idle = setTimeout(() => this.#endLater(place), limits.mcp_idle_ms).unref();
  }

  #makeRoom(): void {
    const idle = [...this.#places].find((place) => !place.is_used);
    if (idle === undefined) throw tooMany('this source');
    this.#endLater(idle);
  }

  #endLater(place: Place): void {
    this.#end(place).catch((error: unknown) => this.#options.log.warn('source-close-failed', { error }));
  }

  async #end(place: Place): Promise<void> {
    clearTimeout(place.idle);
    this.#places.delete(place);
    await place.connection.close();
  }
}

function tooMany(scope: string): ToolcribError {
  return new ToolcribError('calls_limited', { params: { scope, retry_after_s: 1 }, retry_after_s: 1 });
}
