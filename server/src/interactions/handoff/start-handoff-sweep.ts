// Goes on with what no request waits for: results of clients that were down, hand-offs whose time is over, and what ended so
// long ago that nobody asks for it. Finds it for all tenants, so that nothing is lost when a process is killed.
import { limits } from '../../base/limits.ts';
import { repeat } from '../../base/repeat.ts';
import type { Repeated } from '../../base/repeat.ts';
import type { Database } from '../../store/scope.ts';
import { deliveredTokenAt } from './handoff-row.ts';
import { endDelivery } from './deliveries.ts';
import type { DeliveryPlace } from './deliveries.ts';
import { expireHandOff } from './end-handoff.ts';
import type { ReceiveDeps, ResultReceiver } from './receive-result.ts';

interface Sweeping {
  readonly deps: ReceiveDeps;
  readonly receiver: ResultReceiver;
}

/** Looks at once and then now and then, as long as the server runs. */
export function startHandOffSweep(sweeping: Sweeping): Repeated {
  return repeat((signal) => sweepHandOffs(sweeping, signal), {
    every_ms: limits.handoff_sweep_ms,
    onError: (error) => sweeping.deps.log.warn('handoff-sweep-failed', { error }),
  });
}

async function sweepHandOffs(sweeping: Sweeping, signal: AbortSignal): Promise<void> {
  const { deps } = sweeping;
  const now = deps.clock.now();
  const { over, deliveries, old } = await deps.store.asOperator(async (db) => ({
    over: await overdue(db, now),
    deliveries: await dueDeliveries(db, now),
    old: await longEnded(db, now),
  }));
  for (const hand_off of over) {
    if (signal.aborted) return;
    // One that cannot be ended keeps nobody else waiting.
    const told = (error: unknown): void => deps.log.error('handoff-not-ended', { handoff_id: hand_off.id, error });
    await expireHandOff(deps, hand_off).catch(told);
  }
  await Promise.all(deliveries.map((place) => deliverAgain(sweeping, place)));
  for (const tenant_id of new Set(old.map((one) => one.tenant_id))) await forgetOld(deps, tenant_id);
}

function overdue(db: Database, now: number): Promise<readonly DeliveryPlace[]> {
  return db
    .selectFrom('handoff')
    .select(['tenant_id', 'id'])
    .where('ended_at', 'is', null)
    .where('deadline_at', '<=', new Date(now))
    .orderBy('deadline_at')
    .limit(limits.handoff_sweep_batch)
    .execute();
}

function dueDeliveries(db: Database, now: number): Promise<readonly DeliveryPlace[]> {
  return db
    .selectFrom('handoff_delivery')
    .select(['tenant_id', 'id'])
    .where('status', '=', 'waiting')
    .where('next_at', '<=', new Date(now))
    .orderBy('next_at')
    .limit(limits.handoff_announced)
    .execute();
}

function longEnded(db: Database, now: number): Promise<readonly DeliveryPlace[]> {
  return db
    .selectFrom('handoff')
    .select(['tenant_id', 'id'])
    .where('ended_at', '<=', new Date(now - limits.handoff_kept_ms))
    .limit(limits.handoff_sweep_batch)
    .execute();
}

/** One process takes it up; one try, since nobody waits. */
async function deliverAgain({ deps, receiver }: Sweeping, place: DeliveryPlace): Promise<void> {
  const { tenant_id, id } = place;
  try {
    const vault = await deps.vault.of(tenant_id);
    const row = await deps.store.inTenant(tenant_id, (db) => reserve(db, deps, place));
    if (row === undefined) return;
    if (row.sealed_token === null || row.result_url === null) {
      // Pushed to a process that is gone: there is nowhere to fetch it, and the client sends it again.
      const end = { ...place, status: 'refused', handoff_id: null } as const;
      return await deps.store.inTenant(tenant_id, (db) => endDelivery(db, deps, end));
    }
    const token = vault.open(deliveredTokenAt(id), row.sealed_token);
    const announced = { tenant_id, client: row.client, token, result_url: row.result_url };
    await receiver.deliver(announced, { vault, id, body: undefined, tries: 1 });
  } catch (error) {
    deps.log.error('handoff-delivery-failed', { tenant_id, delivery_id: id, error });
  }
}

/** A lease that was not given back is from a process that is gone: it ran out by itself. */
async function reserve(db: Database, { clock }: ReceiveDeps, { tenant_id, id }: DeliveryPlace) {
  const now = clock.now();
  return db
    .updateTable('handoff_delivery')
    .set((eb) => ({
      leased: true,
      next_at: new Date(now + limits.handoff_lease_ms),
      tries: eb('tries', '+', 1),
    }))
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', id)
    .where('status', '=', 'waiting')
    .where('next_at', '<=', new Date(now))
    .returning(['client', 'sealed_token', 'result_url'])
    .executeTakeFirst();
}

async function forgetOld({ store, clock }: ReceiveDeps, tenant_id: string): Promise<void> {
  const before = new Date(clock.now() - limits.handoff_kept_ms);
  await store.inTenant(tenant_id, async (db) => {
    await db.deleteFrom('handoff').where('tenant_id', '=', tenant_id).where('ended_at', '<=', before).execute();
    await db
      .deleteFrom('handoff_delivery')
      .where('tenant_id', '=', tenant_id)
      .where('created_at', '<=', before)
      .execute();
  });
}
