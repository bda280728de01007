// GET /v1/webhook-deliveries: messages about the end of interactions and how far they have come.
import type { WebhookDeliveryList } from '@toolcrib/client';
import { z } from 'zod';
import { listDeliveries } from '../../interactions/webhooks/list-deliveries.ts';
import { deliveryOnWire } from '../../interactions/webhooks/webhook-row.ts';
import type { Operation } from './operation.ts';
import { nextOf, page } from './page.ts';
import { id } from './schemas.ts';
import { webhookDelivery } from './webhook-schemas.ts';

export const listWebhookDeliveries: Operation<z.output<typeof page>, unknown, WebhookDeliveryList> = {
  id: 'listWebhookDeliveries',
  method: 'GET',
  path: '/v1/webhook-deliveries',
  summary: "List webhooks and their delivery, newest first: of your own calls; with `webhooks.manage` everybody's",
  guard: { kind: 'permission', permission: 'tools.use' },
  audit: { kind: 'none', reason: "reads what the caller's own calls have asked for" },
  params: {},
  query: page,
  output: z.object({ deliveries: z.array(webhookDelivery), next: id.exactOptional() }),
  errors: [],
  handle: async ({ principal, query }, deps) => {
    const deliveries = (await listDeliveries(deps, principal, query)).map(deliveryOnWire);
    return { deliveries, ...nextOf(deliveries, query.limit) };
  },
};
