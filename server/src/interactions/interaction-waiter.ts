// Requests that wait until a person has acted. What happens in this process wakes them at once; what happens in another is
// seen by one query per tenant and second, however many wait.
import { limits } from '../base/limits.ts';
import type { Clock } from '../base/clock.ts';
import type { Store } from '../store/store.ts';
import { isPending } from './interaction-row.ts';

export interface WaitFor {
  readonly tenant_id: string;
  readonly id: string;
  readonly wait_ms: number;
  /** Takes a listener, to be called when whoever waits has gone away. */
  readonly on_gone?: (listener: () => void) => void;
}

export class InteractionWaiter {
  readonly #deps: { readonly store: Store; readonly clock: Clock };
  readonly #waiting = new Map<string, Map<string, Set<() => void>>>();
  /** By tenant. */
  readonly #counts = new Map<string, number>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(deps: { readonly store: Store; readonly clock: Clock }) {
    this.#deps = deps;
  }

  /** Whether the server stops: whoever would wait again ends. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves when the interaction waits no more, when the time is over, or at once when too many wait already. */
  wait({ tenant_id, id, wait_ms, on_gone }: WaitFor): Promise<void> {
    if (this.#closed || wait_ms <= 0 || !this.#hasPlace(tenant_id)) return Promise.resolve();
    return new Promise((resolve) => {
      const listeners = this.#listeners(tenant_id, id);
      const end = (): void => {
        clearTimeout(timer);
        if (!listeners.delete(end)) return;
        this.#changeCount(tenant_id, -1);
        if (listeners.size === 0) this.#forget(tenant_id, id);
        resolve();
      };
      const timer = setTimeout(end, wait_ms);
      listeners.add(end);
      this.#changeCount(tenant_id, 1);
      on_gone?.(end);
      this.#schedule();
    });
  }

  /** Tells those who wait for it that it has ended. */
  wake(tenant_id: string, id: string): void {
    for (const end of this.#waiting.get(tenant_id)?.get(id) ?? []) end();
  }

  /** Lets everybody go; nobody waits from now on. */
  close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const [tenant_id, ids] of this.#waiting) for (const id of ids.keys()) this.wake(tenant_id, id);
    return Promise.resolve();
  }

  #hasPlace(tenant_id: string): boolean {
    const own = this.#counts.get(tenant_id) ?? 0;
    return this.#count < limits.interaction_waiters && own < limits.interaction_waiters_per_tenant;
  }

  #changeCount(tenant_id: string, by: 1 | -1): void {
    this.#count += by;
    const own = (this.#counts.get(tenant_id) ?? 0) + by;
    if (own > 0) this.#counts.set(tenant_id, own);
    else this.#counts.delete(tenant_id);
  }

  #listeners(tenant_id: string, id: string): Set<() => void> {
    let ids = this.#waiting.get(tenant_id);
    if (ids === undefined) this.#waiting.set(tenant_id, (ids = new Map<string, Set<() => void>>()));
    let listeners = ids.get(id);
    if (listeners === undefined) ids.set(id, (listeners = new Set()));
    return listeners;
  }

  #forget(tenant_id: string, id: string): void {
    const ids = this.#waiting.get(tenant_id);
    ids?.delete(id);
    if (ids?.size === 0) this.#waiting.delete(tenant_id);
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#count === 0 || this.#closed) return;
    this.#timer = setTimeout(() => {
      void this.#look().finally(() => {
        this.#timer = undefined;
        this.#schedule();
      });
    }, limits.interaction_poll_ms);
  }

  /** A tenant whose database does not answer now is looked at again the next time. */
  async #look(): Promise<void> {
    for (const [tenant_id, ids] of this.#waiting) {
      const still = await this.#stillPending(tenant_id, [...ids.keys()]).catch(() => undefined);
      if (still === undefined) continue;
      for (const id of ids.keys()) if (!still.has(id)) this.wake(tenant_id, id);
    }
  }

  async #stillPending(tenant_id: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const now = this.#deps.clock.now();
    const rows = await this.#deps.store.inTenant(tenant_id, (db) =>
      db
        .selectFrom('interaction')
        .select('id')
        .where('tenant_id', '=', tenant_id)
        .where('id', 'in', ids)
        .where(isPending(now))
        .execute(),
    );
    return new Set(rows.map(({ id }) => id));
  }
}
