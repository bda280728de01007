// Ends grants that nobody else is ending: left by a crash or a member who was removed, or whose provider was away.
import { limits } from '../../base/limits.ts';
import { repeat } from '../../base/repeat.ts';
import type { Repeated } from '../../base/repeat.ts';
import { endGrant } from './end-grant.ts';
import type { EndDeps } from './end-grant.ts';
import type { GrantPlace } from './grant-lease.ts';

/** Looks at once and then now and then, as long as the server runs. */
export function startGrantSweep(deps: EndDeps): Repeated {
  return repeat((signal) => sweepGrants(deps, () => signal.aborted), {
    every_ms: limits.revocation_sweep_ms,
    onError: (error) => deps.log.warn('grant-sweep-failed', { error }),
  });
}

/** How many were taken up. */
export async function sweepGrants(deps: EndDeps, stopped: () => boolean = () => false): Promise<number> {
  const due = await deps.store.asOperator((db) =>
    db
      .selectFrom('ended_grant')
      .select(['tenant_id', 'id'])
      .where('next_at', '<=', new Date(deps.clock.now()))
      .orderBy('next_at')
      .limit(limits.revocation_batch)
      .execute(),
  );
  let next = 0;
  let count = 0;
  const work = async (): Promise<void> => {
    for (let row = due[next]; row !== undefined && !stopped(); row = due[next]) {
      next += 1;
      const place = { tenant_id: row.tenant_id, credential_id: row.id };
      try {
        if (!(await reserve(deps, place))) continue;
        count += 1;
        await endGrant(deps, place);
      } catch (error) {
        deps.log.error('grant-not-ended', { grant_id: row.id, tenant_id: row.tenant_id, error });
      }
    }
  };
  await Promise.all(Array.from({ length: limits.revocations_together }, work));
  return count;
}

/** One process takes it up. */
async function reserve({ store, clock }: EndDeps, { tenant_id, credential_id }: GrantPlace): Promise<boolean> {
  const now = clock.now();
  const { numUpdatedRows } = await store.inTenant(tenant_id, (db) =>
    db
      .updateTable('ended_grant')
      .set({ next_at: new Date(now + limits.grant_lease_ms) })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', credential_id)
      .where('next_at', '<=', new Date(now))
      .executeTakeFirst(),
  );
  return numUpdatedRows === 1n;
}
