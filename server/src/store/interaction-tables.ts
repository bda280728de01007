// The rows of the tables about what people do for calls: interactions, policies, webhooks, hand-offs. Part of schema.ts.
import type { JsonObject } from '@toolcrib/client';
import type { Generated } from 'kysely';

/** PostgreSQL's timestamptz. */
type Time = Date;

export interface InteractionTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly kind: 'connect' | 'choose' | 'approve' | 'input' | 'handoff';
  readonly user_id: string;
  readonly status: 'pending' | 'done' | 'denied' | 'expired' | 'cancelled';
  readonly subject_hash: Buffer;
  readonly tool: string;
  readonly tool_version: string;
  readonly arguments_digest: string;
  readonly credential_id: string | null;
  readonly details: JsonObject;
  readonly sealed: Buffer | null;
  readonly call_id: string;
  readonly created_at: Time;
  readonly expires_at: Time;
  readonly resolved_at: Time | null;
  readonly resolved_by: string | null;
  readonly used_at: Time | null;
  readonly used_by_call: string | null;
  readonly usable_until: Time | null;
  readonly waits_for: string | null;
}

export interface ApprovalPolicyTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly tool: string | null;
  readonly danger: 'low' | 'medium' | 'high' | 'critical' | null;
  readonly action: 'allow' | 'ask' | 'four_eyes' | 'refuse';
  readonly created_at: Time;
}

export interface WebhookSecretTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly created_at: Time;
  readonly rotated_at: Time | null;
}

export interface WebhookDeliveryTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly interaction_id: string;
  readonly kind: InteractionTable['kind'];
  readonly user_id: string;
  readonly tool: string;
  readonly call_id: string;
  readonly host: string;
  readonly url_digest: string;
  readonly sealed: Buffer | null;
  readonly state: 'waiting' | 'due' | 'delivered' | 'failed';
  readonly status: Exclude<InteractionTable['status'], 'pending'> | null;
  readonly ended_at: Time | null;
  readonly attempts: Generated<number>;
  readonly first_attempt_at: Time | null;
  readonly problem: string | null;
  readonly next_at: Time | null;
  readonly created_at: Time;
  readonly settled_at: Time | null;
}

/** One attempt of a person to do the work of a hand-off. */
export interface HandoffTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly interaction_id: string;
  readonly user_id: string;
  readonly tool: string;
  readonly client: string;
  readonly slug: string;
  readonly start_url: string;
  readonly token_ms: number;
  readonly restart_ms: number;
  readonly output_schema: JsonObject;
  readonly sealed_input: Buffer;
  /** interactions/handoff/states.ts */
  readonly state: string;
  readonly reason: 'time' | 'cancelled' | 'replaced' | 'token' | 'transport' | null;
  readonly direct: Generated<boolean>;
  readonly token_hash: Buffer | null;
  readonly token_expires_at: Time | null;
  readonly token_used_at: Time | null;
  readonly sealed_result: Buffer | null;
  readonly created_at: Time;
  readonly first_started_at: Time | null;
  readonly started_at: Time | null;
  readonly deadline_at: Time;
  readonly ended_at: Time | null;
}

export interface HandoffLogTable {
  readonly tenant_id: string;
  readonly handoff_id: string;
  readonly seq: number;
  readonly at: Time;
  readonly from_state: string;
  readonly to_state: string;
  readonly refused: string | null;
}

/** A result that a client has announced. */
export interface HandoffDeliveryTable {
  readonly tenant_id: string;
  readonly id: string;
  readonly client: string;
  readonly token_hash: Buffer;
  readonly sealed_token: Buffer | null;
  readonly result_url: string | null;
  readonly status: 'waiting' | 'accepted' | 'refused';
  readonly handoff_id: string | null;
  readonly tries: Generated<number>;
  readonly leased: Generated<boolean>;
  readonly next_at: Time;
  readonly created_at: Time;
}
