// The audit of changes to what a tenant has: written in the transaction of the change, so that neither is without the other.
import type { ChangeRecord as ChangeOnWire } from '@toolcrib/client';
import type { Clock } from '../base/clock.ts';
import type { Ids } from '../base/ids.ts';
import type { Database } from '../store/scope.ts';
import type { Store } from '../store/store.ts';

/**
 * Who changed it: a principal, the operator on the database itself, somebody who tried to sign in (nobody knows who), or the
 * server by itself.
 */
export type Actor =
  | { readonly user_id: string; readonly via: 'api_key' | 'session'; readonly via_id: string }
  | 'operator'
  | 'sign_in'
  | 'server';

export interface Change extends Pick<ChangeOnWire, 'action' | 'target_id'> {
  readonly tenant_id: string;
  readonly actor: Actor;
}

export interface ChangeRecord extends Omit<ChangeOnWire, 'at'> {
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Adds a record in the caller's transaction. */
export async function recordChange(
  db: Database,
  { clock, ids }: { readonly clock: Clock; readonly ids: Ids },
  { tenant_id, actor, action, target_id }: Change,
): Promise<void> {
  const who = typeof actor === 'string' ? { user_id: null, via: actor, via_id: null } : actor;
  const row = { tenant_id, id: ids.uuid(), at: new Date(clock.now()), ...who, action, target_id };
  await db.insertInto('audit_change').values(row).execute();
}

/** The changes of a tenant, newest first. */
export async function listChanges(
  store: Store,
  tenant_id: string,
  { limit, before }: { readonly limit: number; readonly before?: string | undefined },
): Promise<readonly ChangeRecord[]> {
  const rows = await store.inTenant(tenant_id, (db) => {
    const all = db
      .selectFrom('audit_change')
      .select(['id', 'at', 'user_id', 'via', 'via_id', 'action', 'target_id'])
      .where('tenant_id', '=', tenant_id);
    const older = before === undefined ? all : all.where('id', '<', before);
    return older.orderBy('id', 'desc').limit(limit).execute();
  });
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}
