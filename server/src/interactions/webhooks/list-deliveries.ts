// The messages about the end of interactions: of one's own calls, or of everybody's in the tenant for whoever manages them.
import type { Principal } from '../../identity/principal.ts';
import type { Store } from '../../store/store.ts';
import { shown_columns } from './webhook-row.ts';

export function listDeliveries(
  { store }: { readonly store: Store },
  { tenant_id, user_id, permissions }: Principal,
  { limit, before }: { readonly limit: number; readonly before?: string | undefined },
) {
  return store.inTenant(tenant_id, (db) => {
    const all = db.selectFrom('webhook_delivery').select(shown_columns).where('tenant_id', '=', tenant_id);
    const seen = permissions.has('webhooks.manage') ? all : all.where('user_id', '=', user_id);
    const older = before === undefined ? seen : seen.where('id', '<', before);
    return older.orderBy('id', 'desc').limit(limit).execute();
  });
}
