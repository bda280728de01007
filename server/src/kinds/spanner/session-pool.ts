// The sessions of a source: made when needed, one call on each at a time, ended with the source.
import type { Clock } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type { SpannerApi } from './spanner-api.ts';
import { NoSessionError, SpannerError } from './spanner-errors.ts';

export interface SessionPoolOptions {
  readonly api: SpannerApi;
  readonly clock: Clock;
  /** `projects/…/instances/…/databases/…` */
  readonly database: string;
  /** The role that sessions act in, where the database has roles. */
  readonly role: string | undefined;
}

/** A session while a call has it. */
export interface Lease {
  /** `projects/…/sessions/…` */
  readonly session: string;
  /** What must end before another call may have the session; when it fails, none may. */
  cleanup: Promise<unknown> | undefined;
}

export class SessionPool {
  readonly #options: SessionPoolOptions;
  /** The one used last is taken first, so that those too many become old. */
  readonly #idle: { readonly session: string; readonly since_ms: number }[] = [];
  readonly #running = new Set<Promise<unknown>>();
  readonly #waiting: (() => void)[] = [];
  #taken = 0;
  #closing = false;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
  }

  /**
   * Runs a call with a session of its own. A session that Spanner has forgotten is replaced, and the call runs again:
   * nothing of it can have happened.
   */
  use<Result>(signal: AbortSignal, run: (lease: Lease) => Promise<Result>): Promise<Result> {
    if (this.#closing) return Promise.reject(new NoSessionError('The source was closed'));
    if (this.#waiting.length >= limits.source_queue) return Promise.reject(new NoSessionError('Too many calls wait'));
    return this.#track(this.#use(signal, run));
  }

  /** Ends every session after the calls that were taken. */
  async close(): Promise<void> {
    this.#closing = true;
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    const { api } = this.#options;
    const signal = AbortSignal.timeout(limits.source_connect_ms);
    // Spanner forgets those that cannot be ended.
    await Promise.allSettled(this.#idle.splice(0).map(({ session }) => api.delete(session, signal)));
  }

  async #use<Result>(signal: AbortSignal, run: (lease: Lease) => Promise<Result>): Promise<Result> {
    await this.#turn(signal);
    const lease: { session: string; cleanup: Promise<unknown> | undefined } = { session: '', cleanup: undefined };
    let is_usable = true;
    try {
      for (;;) {
        const idle = this.#takeIdle();
        lease.session = idle ?? (await this.#create(signal));
        try {
          return await run(lease);
        } catch (thrown) {
          is_usable = !(thrown instanceof SpannerError && thrown.session_lost);
          if (is_usable || idle === undefined) throw thrown;
          is_usable = true;
          lease.session = '';
        }
      }
    } finally {
      // Ending a session also stops what runs in it; that a request has ended may be noticed later.
      if (signal.aborted && lease.session !== '') this.#release({ ...lease, cleanup: this.#end(lease) }, false);
      else this.#release(lease, is_usable);
    }
  }

  #release({ session, cleanup }: Lease, is_usable: boolean): void {
    const give = (keep: boolean): void => {
      if (keep && session !== '') this.#idle.push({ session, since_ms: this.#options.clock.monotonic() });
      this.#taken -= 1;
      this.#waiting.shift()?.();
    };
    if (cleanup === undefined) give(is_usable);
    else
      void this.#track(
        cleanup.then(
          () => give(is_usable),
          () => give(false),
        ),
      );
  }

  async #end({ session, cleanup }: Lease): Promise<void> {
    // One after the other: the emulator keeps the locks of a transaction whose session has ended.
    await cleanup?.catch(() => undefined);
    await this.#options.api.delete(session, AbortSignal.timeout(limits.source_connect_ms));
  }

  /** Waits for one of the places; takes it. */
  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.#taken >= limits.spanner_sessions) {
      const turn = Promise.withResolvers<void>();
      const wake = (): void => turn.resolve();
      this.#waiting.push(wake);
      signal.addEventListener('abort', wake, { once: true });
      await turn.promise;
      signal.removeEventListener('abort', wake);
      if (!signal.aborted) continue;
      const place = this.#waiting.indexOf(wake);
      if (place >= 0) this.#waiting.splice(place, 1);
      else this.#waiting.shift()?.();
      signal.throwIfAborted();
    }
    this.#taken += 1;
  }

  #takeIdle(): string | undefined {
    const oldest_ms = this.#options.clock.monotonic() - limits.spanner_session_idle_ms;
    const idle = this.#idle.pop();
    if (idle === undefined || idle.since_ms > oldest_ms) return idle?.session;
    // It was the youngest: Spanner has forgotten all of them.
    this.#idle.length = 0;
    return undefined;
  }

  async #create(signal: AbortSignal): Promise<string> {
    const { api, database, role } = this.#options;
    const session = role === undefined ? {} : { creatorRole: role };
    try {
      const { name } = await api.post(`${database}/sessions`, { session }, signal);
      if (typeof name === 'string') return name;
    } catch (thrown) {
      signal.throwIfAborted();
      throw new NoSessionError('No session could be made', thrown);
    }
    throw new NoSessionError('A session was made without a name');
  }

  #track<Result>(running: Promise<Result>): Promise<Result> {
    const tracked = running.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
    return tracked;
  }
}
