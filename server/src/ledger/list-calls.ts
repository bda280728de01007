// Reads the audit of calls of one tenant.
import type { Store } from '../store/store.ts';
import type { CallRecord } from './audit.ts';

export interface CallPage {
  readonly limit: number;
  /** Only calls older than the one of this id. */
  readonly before?: string | undefined;
}

/** The calls of a tenant, newest first. */
export async function listCalls(store: Store, tenant_id: string, page: CallPage): Promise<readonly CallRecord[]> {
  const rows = await store.inTenant(tenant_id, (db) => {
    const all = db.selectFrom('audit_call').selectAll().where('tenant_id', '=', tenant_id);
    const older = page.before === undefined ? all : all.where('id', '<', page.before);
    return older.orderBy('id', 'desc').limit(page.limit).execute();
  });
  return rows.map((row) => ({ ...row, started_at: row.started_at.getTime() }));
}
