// Reads the audit of calls of one tenant.
import type { Selectable } from 'kysely';
import type { AuditCallTable } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { CallRecord } from './audit.ts';

/** A call with its place in the chain. */
export interface LinkedCall extends CallRecord {
  /** 0: from before there was a chain. */
  readonly seq: number;
}

export interface CallPage {
  readonly limit: number;
  /** Only calls older than the one of this id. */
  readonly before?: string | undefined;
}

/** The calls of a tenant, newest first. */
export async function listCalls(store: Store, tenant_id: string, page: CallPage): Promise<readonly LinkedCall[]> {
  const rows = await store.inTenant(tenant_id, (db) => {
    const all = db.selectFrom('audit_call').selectAll().where('tenant_id', '=', tenant_id);
    const older = page.before === undefined ? all : all.where('id', '<', page.before);
    return older.orderBy('id', 'desc').limit(page.limit).execute();
  });
  return rows.map((row) => callOf(row));
}

export function callOf({ hash: _, seq, started_at, ...row }: Selectable<AuditCallTable>): LinkedCall {
  return { ...row, started_at: started_at.getTime(), seq: Number(seq) };
}
