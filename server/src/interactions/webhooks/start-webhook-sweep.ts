// Sends the webhooks that are due, of all tenants: new ones, those to be tried again, and those that a crash has left.
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { deliverWebhook } from './deliver-webhook.ts';
import type { DeliverDeps } from './deliver-webhook.ts';

export interface WebhookSweep {
  /** Ends the attempts under way. */
  stop(): Promise<void>;
}

/** Looks at once and then again and again, as long as the server runs. */
export function startWebhookSweep(parts: Omit<DeliverDeps, 'signal'>): WebhookSweep {
  const controller = new AbortController();
  const deps = { ...parts, signal: controller.signal };
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const start = (): void => {
    running = sweepWebhooks(deps)
      .catch((error: unknown) => deps.log.warn('webhook-sweep-failed', { error }))
      .finally(() => {
        if (!deps.signal.aborted) timer = setTimeout(start, limits.webhook_sweep_ms).unref();
      });
  };
  start();
  return {
    stop: () => {
      controller.abort(new ToolcribError('stopping'));
      clearTimeout(timer);
      return running;
    },
  };
}

async function sweepWebhooks(deps: DeliverDeps): Promise<void> {
  const due = await deps.store.asOperator((db) =>
    db
      .selectFrom('webhook_delivery')
      .select(['tenant_id', 'id'])
      .where('next_at', '<=', new Date(deps.clock.now()))
      .orderBy('next_at')
      .limit(limits.webhook_batch)
      .execute(),
  );
  let next = 0;
  const work = async (): Promise<void> => {
    for (let place = due[next]; place !== undefined && !deps.signal.aborted; place = due[next]) {
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
