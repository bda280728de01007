// Sends the webhooks that are due, of all tenants: new ones, those to be tried again, and those that a crash has left. A tenant
// whose receivers hang waits for them alone.
import { sql } from 'kysely';
import { limits } from '../../base/limits.ts';
import { repeat } from '../../base/repeat.ts';
import type { Repeated } from '../../base/repeat.ts';
import { deliverWebhook } from './deliver-webhook.ts';
import type { DeliverDeps, DeliveryPlace } from './deliver-webhook.ts';

/** Looks at once and then again and again, as long as the server runs; a stop ends the attempts under way. */
export function startWebhookSweep(parts: Omit<DeliverDeps, 'signal'>): Repeated {
  /** What is being sent, by tenant. */
  const sending = new Map<string, Promise<void>>();
  const looking = repeat((signal) => look({ ...parts, signal }, sending), {
    every_ms: limits.webhook_sweep_ms,
    onError: (error) => parts.log.warn('webhook-sweep-failed', { error }),
  });
  return {
    stop: async () => {
      await looking.stop();
      await Promise.all(sending.values());
    },
  };
}

/** Begins with every tenant that has something due and nothing under way. */
async function look(deps: DeliverDeps, sending: Map<string, Promise<void>>): Promise<void> {
  const due = await findDue(deps, [...sending.keys()]);
  for (const [tenant_id, places] of Map.groupBy(due, (place) => place.tenant_id)) {
    if (sending.size >= limits.webhook_tenants || deps.signal.aborted) return;
    const done = sendAll(deps, places).finally(() => sending.delete(tenant_id));
    sending.set(tenant_id, done);
  }
}

/** The oldest of each tenant: one with many does not hide those of the others. */
function findDue({ store, clock }: DeliverDeps, busy: readonly string[]): Promise<readonly DeliveryPlace[]> {
  return store.asOperator(async (db) => {
    const ranked = db
      .selectFrom('webhook_delivery')
      .select(['tenant_id', 'id'])
      .select(sql<number>`row_number() over (partition by tenant_id order by next_at)`.as('rank'))
      .where('next_at', '<=', new Date(clock.now()))
      .$if(busy.length > 0, (query) => query.where('tenant_id', 'not in', busy));
    return db
      .selectFrom(ranked.as('ranked'))
      .select(['tenant_id', 'id'])
      .where('rank', '<=', limits.webhook_batch)
      .orderBy('rank')
      .limit(limits.webhook_batch * 10)
      .execute();
  });
}

async function sendAll(deps: DeliverDeps, places: readonly DeliveryPlace[]): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let place = places[next]; place !== undefined && !deps.signal.aborted; place = places[next]) {
      next += 1;
      try {
        await deliverWebhook(deps, place);
      } catch (error) {
        if (!deps.signal.aborted) deps.log.error('webhook-attempt-failed', { ...place, error });
      }
    }
  };
  await Promise.all(Array.from({ length: limits.webhooks_together }, work));
}
