// The audit of changes to what a tenant has: written in the transaction of the change, so that neither is without the
// other. The database gives each its place in the tenant's chain when that transaction commits.
import { hash } from 'node:crypto';
import type { ChangeRecord as ChangeOnWire } from '@toolcrib/client';
import type { Selectable } from 'kysely';
import type { Clock } from '../base/clock.ts';
import type { Ids } from '../base/ids.ts';
import type { AuditChangeTable } from '../store/schema.ts';
import type { Database } from '../store/scope.ts';
import type { Store } from '../store/store.ts';
import { changeFields } from './record-text.ts';

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

/** One change, as it is handed over. */
export interface ChangeRecord extends Omit<ChangeOnWire, 'at' | 'seq'> {
  readonly tenant_id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A change with its place in the chain. */
export interface LinkedChange extends ChangeRecord {
  /** 0: from before there was a chain. */
  readonly seq: number;
}

/** Adds a record in the caller's transaction. */
export async function recordChange(
  db: Database,
  { clock, ids }: { readonly clock: Clock; readonly ids: Ids },
  { tenant_id, actor, action, target_id }: Change,
): Promise<void> {
  const who = typeof actor === 'string' ? { user_id: null, via: actor, via_id: null } : actor;
  const record: ChangeRecord = { tenant_id, id: ids.uuid(), at: clock.now(), ...who, action, target_id };
  const digest = hash('sha256', JSON.stringify(changeFields(record)), 'buffer');
  const row = { ...record, at: new Date(record.at), digest };
  await db.insertInto('audit_change').values(row).execute();
}

/** The changes of a tenant, newest first. */
export async function listChanges(
  store: Store,
  tenant_id: string,
  { limit, before }: { readonly limit: number; readonly before?: string | undefined },
): Promise<readonly LinkedChange[]> {
  const rows = await store.inTenant(tenant_id, (db) => {
    const all = db.selectFrom('audit_change').selectAll().where('tenant_id', '=', tenant_id);
    const older = before === undefined ? all : all.where('id', '<', before);
    return older.orderBy('id', 'desc').limit(limit).execute();
  });
  return rows.map((row) => changeOf(row));
}

export function changeOf({ hash: _, digest: __, seq, at, ...row }: Selectable<AuditChangeTable>): LinkedChange {
  return { ...row, at: at.getTime(), seq: Number(seq) };
}
