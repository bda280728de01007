// Hand-offs on the wire: work that a person does in another application for a call that waits.
import type { JsonObject } from './json.ts';

export const handOffStatuses = ['pending', 'running', 'succeeded', 'failed', 'expired', 'cancelled'] as const;
export type HandOffStatus = (typeof handOffStatuses)[number];

/** One attempt of a person. Times are ISO 8601. */
export interface HandOff {
  readonly id: string;
  readonly tool: string;
  /** Name of the source: the application. */
  readonly client: string;
  /** Name of the tool there. */
  readonly slug: string;
  readonly status: HandOffStatus;
  /** What happens inside, by the states of the protocol: `start-data-sent-ok`. */
  readonly state: string;
  /** Why it ended without a result. */
  readonly reason: 'time' | 'cancelled' | 'replaced' | 'token' | 'transport' | null;
  readonly user: { readonly id: string; readonly email: string; readonly name: string };
  /** What the call waits for. */
  readonly interaction_id: string;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly deadline_at: string;
}

export interface HandOffList {
  readonly handoffs: readonly HandOff[];
  /** `before` of the next page; absent on the last one. */
  readonly next?: string;
}

export interface HandOffDetails extends HandOff {
  readonly history: readonly HandOffTransition[];
  /** Present when there is a result. */
  readonly result?: {
    /** The checked fields. */
    readonly data: JsonObject;
    /** The answer of the client, word for word. */
    readonly verbatim: string;
  };
}

export interface HandOffTransition {
  readonly at: string;
  readonly from: string;
  readonly to: string;
  /** It was refused, and why; null for one that took place. */
  readonly refused: string | null;
}

export interface HandOffFilter {
  readonly tool?: string;
  readonly status?: HandOffStatus;
  readonly limit?: number;
  readonly before?: string;
}

/** What a client of hand-offs that the tenant has defined signs pushed results with (Standard Webhooks); shown once. */
export interface NewSigningSecret {
  /** Of the source. */
  readonly name: string;
  /** `whsec_…` */
  readonly signing_secret: string;
}
