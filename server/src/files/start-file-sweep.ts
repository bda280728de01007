// Deletes files whose time is over, of every tenant. They are not to be seen before that; this frees their place.
import type { Clock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { repeat } from '../base/repeat.ts';
import type { Repeated } from '../base/repeat.ts';
import type { Store } from '../store/store.ts';

export interface FileSweepDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** Looks at once and then now and then, as long as the server runs. */
export function startFileSweep(deps: FileSweepDeps): Repeated {
  return repeat(() => sweepFiles(deps), {
    every_ms: limits.file_sweep_ms,
    onError: (error) => deps.log.warn('file-sweep-failed', { error }),
  });
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
