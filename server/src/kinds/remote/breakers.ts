// Circuit breakers: a remote service that has failed several times in a row is left alone for a while, then tried with one call.
// One per connection and tenant, so that no tenant's failures stand in another's way; only those that fail take memory.
import type { Clock } from '../../base/clock.ts';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';

/** What a call says of the service's health: `unknown` when it ended before that could be seen. */
export type Health = 'well' | 'ill' | 'unknown';

/** The leave to make one call; to be told, once, what it came to. */
export type Report = (health: Health) => void;

interface Failing {
  /** In a row. */
  failures: number;
  /** Monotonic milliseconds until which no call is made; 0 while calls are made. */
  rests_until: number;
  /** Whether the one call that may look is under way. */
  is_probing: boolean;
}

export class Breakers {
  readonly #clock: Clock;
  readonly #failing = new Map<string, Failing>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#failing.size;
  }

  /** Throws `upstream_unavailable`, with the seconds to wait, while the service rests. `key` names tenant and connection. */
  enter(key: string): Report {
    const state = this.#failing.get(key);
    const is_probe = state !== undefined && state.rests_until > 0;
    if (is_probe) {
      const rest_ms = state.rests_until - this.#clock.monotonic();
      if (rest_ms > 0 || state.is_probing) throw resting(Math.max(1, Math.ceil(rest_ms / 1_000)));
      state.is_probing = true;
    }
    let is_told = false;
    return (health) => {
      if (is_told) return;
      is_told = true;
      if (is_probe) state.is_probing = false;
      if (health === 'well') this.#failing.delete(key);
      else if (health === 'ill') this.#failed(key, is_probe);
    };
  }

  #failed(key: string, is_probe: boolean): void {
    const state = this.#failing.get(key) ?? { failures: 0, rests_until: 0, is_probing: false };
    // Calls that were under way when it opened say nothing new.
    if (state.rests_until > 0 && !is_probe) return;
    state.failures += 1;
    if (state.failures >= limits.remote_breaker_failures) {
      const times = state.failures - limits.remote_breaker_failures;
      const rest_ms = Math.min(limits.remote_rest_first_ms * 2 ** times, limits.remote_rest_last_ms);
      state.rests_until = this.#clock.monotonic() + rest_ms;
    }
    this.#failing.delete(key);
    const [oldest] = this.#failing.keys();
    if (this.#failing.size >= limits.remote_breakers && oldest !== undefined) this.#failing.delete(oldest);
    this.#failing.set(key, state);
  }
}

function resting(retry_after_s: number): ToolcribError {
  const reason = 'it has failed several times in a row and is left alone for a moment';
  return new ToolcribError('upstream_unavailable', { params: { reason }, retry_after_s });
}
