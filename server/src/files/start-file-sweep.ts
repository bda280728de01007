// Deletes files whose time is over, of every tenant. They are not to be seen before that; this frees their place.
import type { Clock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import type { Store } from '../store/store.ts';

export interface FileSweepDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

export interface FileSweep {
  /** Waits for the one under way. */
  stop(): Promise<void>;
}

/** Looks at once and then now and then, as long as the server runs. */
export function startFileSweep(deps: FileSweepDeps): FileSweep {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const start = (): void => {
    running = sweepFiles(deps)
      .then(() => undefined)
      .catch((error: unknown) => deps.log.warn('file-sweep-failed', { error }))
      .finally(() => {
        if (!stopped) timer = setTimeout(start, limits.file_sweep_ms).unref();
      });
  };
  start();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}

/** How many were deleted: those longest over, as many as one sweep takes. */
export async function sweepFiles({ store, clock }: Omit<FileSweepDeps, 'log'>): Promise<number> {
  const now = new Date(clock.now());
  const due = await store.asOperator((db) =>
    db
      .selectFrom('stored_file')
      .select(['tenant_id', 'id'])
      .where('expires_at', '<=', now)
      .orderBy('expires_at')
      .limit(limits.file_sweep_batch)
      .execute(),
  );
  let count = 0;
  for (const [tenant_id, rows] of Map.groupBy(due, (row) => row.tenant_id)) {
    const ids = rows.map(({ id }) => id);
    const { numDeletedRows } = await store.inTenant(tenant_id, (db) =>
      db
        .deleteFrom('stored_file')
        .where('tenant_id', '=', tenant_id)
        .where('id', 'in', ids)
        .where('expires_at', '<=', now)
        .executeTakeFirst(),
    );
    count += Number(numDeletedRows);
  }
  return count;
}
