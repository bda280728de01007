// How a message about the end of an interaction stands in its table, and what of it is shown.
import type { Selectable } from 'kysely';
import type { WebhookDelivery as DeliveryOnWire } from '@toolcrib/client';
import type { WebhookDeliveryTable } from '../../store/interaction-tables.ts';

export const shown_columns = [
  ...(['id', 'interaction_id', 'kind', 'tool', 'call_id', 'user_id', 'host', 'state', 'status'] as const),
  ...(['attempts', 'problem', 'next_at', 'created_at', 'settled_at'] as const),
] as const;

type Shown = Pick<Selectable<WebhookDeliveryTable>, (typeof shown_columns)[number]>;

export function deliveryOnWire({ id, created_at, next_at, settled_at, ...row }: Shown): DeliveryOnWire {
  return {
    ...row,
    id,
    // Of one that waits for its interaction nobody knows the time.
    next_at: row.state === 'due' ? (next_at?.toISOString() ?? null) : null,
    created_at: created_at.toISOString(),
    settled_at: settled_at?.toISOString() ?? null,
  };
}

/** The field and record that an address is sealed for. */
export function urlAt(delivery_id: string) {
  return { record_id: delivery_id, field: 'webhook_url' };
}
