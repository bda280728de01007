// The wait between attempts to connect to a source that cannot be reached: it doubles with every failure in a row.
import type { Clock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';

export class Backoff {
  readonly #clock: Clock;
  #failures = 0;
  #next_attempt = 0;
  /** What the last attempt failed with. */
  last_failure: unknown;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Seconds until the next attempt, at least one; undefined when it may be made now. */
  get retry_after_s(): number | undefined {
    const wait_ms = this.#next_attempt - this.#clock.monotonic();
    return wait_ms > 0 ? Math.max(1, Math.ceil(wait_ms / 1_000)) : undefined;
  }

  succeeded(): void {
    this.#failures = 0;
    this.last_failure = undefined;
  }

  /** Returns whether it is a new failure: attempts that were under way together count as one. */
  failed(error: unknown): boolean {
    this.last_failure = error;
    const now = this.#clock.monotonic();
    if (now < this.#next_attempt) return false;
    this.#next_attempt =
      now + Math.min(limits.source_backoff_first_ms * 2 ** this.#failures, limits.source_backoff_last_ms);
    this.#failures += 1;
    return true;
  }
}
