// A call that pauses while it runs has taken a yes or an answer and has not ended: the same call, sent again, needs it once
// more. So what it has taken is given back when it pauses, and forgotten when it has ended.
import type { InteractionOffer } from '@toolcrib/client';
import type { Clock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { Store } from '../store/store.ts';

interface KeepDeps {
  readonly store: Store;
  readonly clock: Clock;
}

interface EndedCall {
  readonly tenant_id: string;
  readonly call_id: string;
}

/** Usable when the person has done what the call pauses for, and a while longer. */
export async function giveBack(
  { store }: KeepDeps,
  { tenant_id, call_id }: EndedCall,
  { id: waits_for, expires_at }: InteractionOffer,
): Promise<void> {
  const usable_until = new Date(Date.parse(expires_at) + limits.approval_use_ms);
  await store.inTenant(tenant_id, (db) =>
    db
      .updateTable('interaction')
      .set({ used_at: null, used_by_call: null, usable_until, waits_for })
      .where('tenant_id', '=', tenant_id)
      .where('used_by_call', '=', call_id)
      .where('status', '=', 'done')
      .execute(),
  );
}

/** The answers that the call was given are nobody's any more. */
export async function forgetAnswers({ store }: KeepDeps, { tenant_id, call_id }: EndedCall): Promise<void> {
  await store.inTenant(tenant_id, (db) =>
    db
      .updateTable('interaction')
      .set({ sealed: null })
      .where('tenant_id', '=', tenant_id)
      .where('used_by_call', '=', call_id)
      .where('kind', '=', 'input')
      .execute(),
  );
}
