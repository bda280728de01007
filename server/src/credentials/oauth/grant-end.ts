// Marks a grant that can be used no more: its owner connects it again. Never touches what somebody else has renewed.
import { recordChange } from '../../ledger/changes.ts';
import type { GrantDeps } from './grant-deps.ts';
import type { GrantPlace, GrantRow } from './grant-lease.ts';

/**
 * `revoked`: the provider refuses the grant. `interrupted`: it refuses a refresh token that an interrupted renewal may have
 * used up. `no_refresh_token`: the access has ended and there is nothing to renew it with.
 */
export type BrokenReason = 'revoked' | 'interrupted' | 'no_refresh_token';

export interface BrokenGrant {
  readonly row: Pick<GrantRow, 'version'>;
  readonly reason: BrokenReason;
  /** Set: only while this is whose lease it is. */
  readonly owner?: string;
}

/** Whether it was marked; false: another process was quicker, and what it has written stays. */
export async function markBroken(
  deps: Pick<GrantDeps, 'store' | 'clock' | 'ids' | 'log'>,
  place: GrantPlace,
  { row, reason, owner }: BrokenGrant,
): Promise<boolean> {
  const { tenant_id, credential_id } = place;
  const is_marked = await deps.store.inTenant(tenant_id, async (db) => {
    const update = db
      .updateTable('credential')
      .set({
        status: reason === 'no_refresh_token' ? 'expired' : 'needs_reconnect',
        reason,
        refresh_owner: null,
        refresh_until: null,
        refresh_in_doubt: false,
        updated_at: new Date(deps.clock.now()),
      })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', credential_id)
      .where('status', '=', 'ok')
      .where('version', '=', row.version);
    const fenced = owner === undefined ? update : update.where('refresh_owner', '=', owner);
    const { numUpdatedRows } = await fenced.executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await recordChange(db, deps, { tenant_id, actor: 'server', action: 'credential-broken', target_id: credential_id });
    return true;
  });
  if (is_marked) deps.log.info('grant-broken', { grant_id: credential_id, tenant_id, reason });
  return is_marked;
}
