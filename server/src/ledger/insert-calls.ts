// Writes call records at the end of their tenants' chains: one statement in one round trip, however many there are.
import { isUniqueViolation } from '../store/database-errors.ts';
import type { Store } from '../store/store.ts';
import { callFields } from './record-text.ts';
import type { CallRecord } from './audit.ts';

/** Adds the records; those that are there already stay as they are, so that a retry is harmless. */
export async function insertCalls(store: Store, records: readonly CallRecord[]): Promise<void> {
  const tenants = [...new Set(records.map(({ tenant_id }) => tenant_id))].sort();
  const places = new Map(tenants.map((tenant_id, index) => [tenant_id, index + 1]));
  const append = (again: boolean): Promise<void> =>
    store.asLedger({
      name: 'toolcrib_append_calls',
      text: 'select append_calls($1, $2, $3, $4)',
      values: [
        JSON.stringify(records.map((record) => callFields(record))),
        `{${tenants.join(',')}}`,
        `{${records.map(({ tenant_id }) => places.get(tenant_id)).join(',')}}`,
        String(again),
      ],
    });
  try {
    await append(false);
  } catch (error) {
    // Some are there: the batch was committed, and the answer that said so was lost.
    if (!isUniqueViolation(error)) throw error;
    await append(true);
  }
}
