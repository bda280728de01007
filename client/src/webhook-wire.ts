// The wire types of webhooks: what a call asks for, what became of it, and what signs it.
import type { InteractionKind, InteractionStatus } from './interaction-wire.ts';

export interface WebhookTarget {
  /** https; on a server in development mode also http to the loopback address. */
  readonly url: string;
}

export type WebhookState = 'waiting' | 'due' | 'delivered' | 'failed';

/** A message about the end of an interaction, to one address. */
export interface WebhookDelivery {
  /** The header `webhook-id` of every attempt. */
  readonly id: string;
  readonly interaction_id: string;
  readonly kind: InteractionKind;
  readonly tool: string;
  readonly call_id: string;
  readonly user_id: string;
  /** Of the address. */
  readonly host: string;
  /** `waiting`: the interaction has not ended; `due`: to be sent, perhaps again. */
  readonly state: WebhookState;
  /** What the interaction has come to. */
  readonly status: Exclude<InteractionStatus, 'pending'> | null;
  readonly attempts: number;
  /** Why the last attempt did not succeed. */
  readonly problem: string | null;
  readonly next_at: string | null;
  readonly created_at: string;
  readonly settled_at: string | null;
}

export interface WebhookDeliveryList {
  readonly deliveries: readonly WebhookDelivery[];
  /** Where the next page begins. */
  readonly next?: string;
}

/** What webhooks of the tenant are signed with (Standard Webhooks, `v1`). */
export interface WebhookSecret {
  /** `whsec_…` */
  readonly secret: string;
  /** Signs beside it until then, after a rotation. */
  readonly previous_until: string | null;
}
