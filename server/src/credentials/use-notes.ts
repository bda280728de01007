// Notes when credentials were last used: beside the calls, at most once a minute for each.
import type { Clock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import type { Store } from '../store/store.ts';

export interface UseNotesDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

export class UseNotes {
  readonly #deps: UseNotesDeps;
  /** When each was noted last, in monotonic milliseconds; the one noted first is first. */
  readonly #noted = new Map<string, number>();
  /** Ids by tenant. */
  #waiting = new Map<string, Set<string>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: UseNotesDeps) {
    this.#deps = deps;
  }

  note(tenant_id: string, credential_id: string): void {
    const now = this.#deps.clock.monotonic();
    const before = this.#noted.get(credential_id);
    if (before !== undefined && now - before < limits.credential_used_ms) return;
    this.#noted.delete(credential_id);
    this.#noted.set(credential_id, now);
    const [oldest] = this.#noted.keys();
    if (this.#noted.size > limits.sealed_credentials && oldest !== undefined) this.#noted.delete(oldest);
    const ids = this.#waiting.get(tenant_id) ?? new Set<string>();
    ids.add(credential_id);
    this.#waiting.set(tenant_id, ids);
    this.#timer ??= setTimeout(() => void this.write(), limits.credential_noted_ms).unref();
  }

  /** Writes what waits. A note that cannot be written is given up: the next use makes another. Never rejects. */
  async write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = new Map();
    const { store, clock, log } = this.#deps;
    const last_used_at = new Date(clock.now());
    for (const [tenant_id, ids] of waiting) {
      try {
        await store.inTenant(tenant_id, (db) =>
          db
            .updateTable('credential')
            .set({ last_used_at })
            .where('tenant_id', '=', tenant_id)
            .where('id', 'in', [...ids])
            .execute(),
        );
      } catch (error) {
        log.warn('credential-use-not-noted', { tenant_id, error });
      }
    }
  }
}
