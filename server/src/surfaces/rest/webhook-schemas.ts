// Schemas of what the operations about webhooks answer, held equal to the wire types by `satisfies`.
import type { WebhookDelivery, WebhookSecret } from '@toolcrib/client';
import { z } from 'zod';
import { id, instant } from './schemas.ts';

export const webhookDelivery = z
  .object({
    id,
    interaction_id: id,
    kind: z.enum(['connect', 'choose', 'approve', 'input', 'handoff']),
    tool: z.string(),
    call_id: id,
    user_id: id,
    host: z.string(),
    state: z.enum(['waiting', 'due', 'delivered', 'failed']),
    status: z.enum(['done', 'denied', 'expired', 'cancelled']).nullable(),
    attempts: z.number().int(),
    problem: z.string().nullable(),
    next_at: instant.nullable(),
    created_at: instant,
    settled_at: instant.nullable(),
  })
  .meta({ id: 'WebhookDelivery' }) satisfies z.ZodType<WebhookDelivery>;

export const webhookSecret = z
  .object({ secret: z.string(), previous_until: instant.nullable() })
  .meta({ id: 'WebhookSecret' }) satisfies z.ZodType<WebhookSecret>;
