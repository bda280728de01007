// The places in the audit's buffer: taken before a call runs, given back when its record is written.
import { ToolcribError } from '../base/errors.ts';

export interface RecordPlaces {
  /** Takes a place: at once, or later. Rejects with `audit_unavailable` after the wait. */
  take(): Promise<void> | undefined;
  free(count: number): void;
  /** Refuses everybody who waits. */
  refuse(): void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: ToolcribError) => void;
  readonly timer: NodeJS.Timeout;
}

export function createPlaces(options: {
  readonly count: number;
  readonly wait_ms: number;
  /** Whether records reach the database; while they do not, nobody gets a place. */
  readonly open: () => boolean;
}): RecordPlaces {
  let taken = 0;
  const waiters = new Set<Waiter>();
  const unavailable = (): ToolcribError => new ToolcribError('audit_unavailable', { retry_after_s: 1 });
  const hasRoom = (): boolean => taken < options.count && options.open();

  function wait(): Promise<void> {
    // As many may wait as can hold a place: the wait itself is bounded too.
    if (waiters.size >= options.count) return Promise.reject(unavailable());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      waiters.delete(waiter);
      reject(unavailable());
    }, options.wait_ms);
    const waiter: Waiter = { resolve, reject, timer };
    waiters.add(waiter);
    return promise;
  }

  return {
    take: () => {
      if (!hasRoom() || waiters.size > 0) return wait();
      taken += 1;
      return undefined;
    },
    free: (count) => {
      taken -= count;
      for (const waiter of waiters) {
        if (!hasRoom()) return;
        taken += 1;
        waiters.delete(waiter);
        clearTimeout(waiter.timer);
        waiter.resolve();
      }
    },
    refuse: () => {
      for (const { reject, timer } of waiters) {
        clearTimeout(timer);
        reject(unavailable());
      }
      waiters.clear();
    },
  };
}
