// Bounds on use over all processes: so many calls of a key in a minute, so many failed sign-ins. The count is in the database;
// a process takes a portion of a bound at a time and spends it without asking. Never more than the bound in one window: what
// a process has taken and not spent is lost with the window.
import { sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import type { Store } from '../store/store.ts';

export interface UseBound {
  readonly tenant_id: string;
  /** What is used: `key:<id>`. */
  readonly subject: string;
  /** Uses in one window. */
  readonly limit: number;
  readonly window_ms: number;
  /** For the answer: `calls with this key`. */
  readonly what: string;
}

export interface UseLimiter {
  /**
   * Counts one use, from this process's portion: a promise only when there is none left. Throws or rejects with
   * `rate_limited`, rejects with `database_unavailable`.
   */
  take(bound: UseBound): undefined | Promise<void>;
  /** Counts one use in the database itself, so that it can be given back. Rejects like `take`. */
  takeOne(bound: UseBound): Promise<void>;
  /** Takes back a use that `takeOne` has counted in this window. */
  giveBack(bound: UseBound): Promise<void>;
}

interface Deps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** What this process may still spend in a window. */
interface Lease {
  readonly window_at: number;
  left: number;
  /** Nothing is to be had any more. */
  exhausted: boolean;
  fetching: Promise<void> | undefined;
}

export function createUseLimiter(deps: Deps): UseLimiter {
  const { clock } = deps;
  const leases = new Map<string, Lease>();
  const forget = createForgetter(deps);

  function leaseOf(bound: UseBound): Lease {
    const name = `${bound.tenant_id} ${bound.subject}`;
    const window_at = windowOf(clock, bound);
    const known = leases.get(name);
    if (known?.window_at === window_at) return known;
    leases.delete(name);
    if (leases.size >= limits.use_leases) {
      const [oldest] = leases.keys();
      if (oldest !== undefined) leases.delete(oldest);
    }
    const lease: Lease = { window_at, left: 0, exhausted: false, fetching: undefined };
    leases.set(name, lease);
    return lease;
  }

  /** One request for a portion at a time; whoever comes meanwhile shares what it brings. */
  async function takeLater(bound: UseBound): Promise<void> {
    for (;;) {
      const lease = leaseOf(bound);
      if (spend(lease, bound, clock)) return;
      await (lease.fetching ??= fetchPortion(lease, bound));
    }
  }

  async function fetchPortion(lease: Lease, bound: UseBound): Promise<void> {
    try {
      const wanted = Math.max(1, Math.floor(bound.limit / limits.use_portions));
      const got = await takePortion(deps.store, bound, { window_at: lease.window_at, wanted });
      lease.left += got;
      lease.exhausted = got < wanted;
      forget();
    } finally {
      lease.fetching = undefined;
    }
  }

  return {
    take: (bound) => {
      return spend(leaseOf(bound), bound, clock) ? undefined : takeLater(bound);
    },
    takeOne: async (bound) => {
      const got = await takePortion(deps.store, bound, { window_at: windowOf(clock, bound), wanted: 1 });
      forget();
      if (got === 0) throw limited(bound, clock);
    },
    giveBack: async (bound) => {
      await deps.store.inTenant(bound.tenant_id, (db) =>
        db
          .updateTable('use_count')
          .set({ used: sql`greatest(used - 1, 0)` })
          .where('tenant_id', '=', bound.tenant_id)
          .where('subject', '=', bound.subject)
          .where('window_at', '=', new Date(windowOf(clock, bound)))
          .execute(),
      );
    },
  };
}

/** Whether there was one left. Throws `rate_limited` when there is none to be had. */
function spend(lease: Lease, bound: UseBound, clock: Clock): boolean {
  if (lease.left > 0) {
    lease.left -= 1;
    return true;
  }
  if (lease.exhausted) throw limited(bound, clock);
  return false;
}

function windowOf(clock: Clock, { window_ms }: UseBound): number {
  return Math.floor(clock.now() / window_ms) * window_ms;
}

/** How many of the wanted uses are still to be had; they are counted in the same statement. */
async function takePortion(
  store: Store,
  { tenant_id, subject, limit }: UseBound,
  { window_at, wanted }: { readonly window_at: number; readonly wanted: number },
): Promise<number> {
  const counted = await store.inTenant(tenant_id, (db) =>
    db
      .insertInto('use_count')
      .values({ tenant_id, subject, window_at: new Date(window_at), used: wanted })
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'subject', 'window_at'])
          .doUpdateSet({ used: sql`use_count.used + excluded.used` })
          .where('use_count.used', '<', limit),
      )
      .returning('used')
      .executeTakeFirst(),
  );
  if (counted === undefined) return 0;
  // The last portion goes over the bound: only what is below it counts.
  return Math.max(0, wanted - Math.max(0, counted.used - limit));
}

function limited(bound: UseBound, clock: Clock): ToolcribError {
  const retry_after_s = Math.max(1, Math.ceil((windowOf(clock, bound) + bound.window_ms - clock.now()) / 1_000));
  return new ToolcribError('rate_limited', { params: { what: bound.what, retry_after_s }, retry_after_s });
}

/** Removes the counts of windows that are over, now and then and beside the work. */
function createForgetter({ store, clock, log }: Deps): () => void {
  let next_at = clock.monotonic() + limits.use_forget_ms;
  return () => {
    if (clock.monotonic() < next_at) return;
    next_at = clock.monotonic() + limits.use_forget_ms;
    const before = new Date(clock.now() - longest_window_ms);
    store
      .asOperator((db) => db.deleteFrom('use_count').where('window_at', '<', before).execute())
      .catch((error: unknown) => log.warn('use-counts-kept', { error }));
  };
}

const longest_window_ms = Math.max(limits.use_window_ms, limits.sign_in_window_ms);
