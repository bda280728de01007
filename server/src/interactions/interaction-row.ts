// How an interaction stands in its table: the hash of what it is bound to, and its status at this moment.
import { createHash } from 'node:crypto';
import type { InteractionKind, InteractionOffer } from '@toolcrib/client';
import type { ExpressionBuilder } from 'kysely';
import type { Caller } from '../base/caller.ts';
import { canonicalJson } from '../base/json.ts';
import type { Principal } from '../identity/principal.ts';
import type { Schema } from '../store/schema.ts';
import type { InteractionDetails, InteractionSubject } from './interaction.ts';

/** Everything that two pauses must share to be the same one. Who must say yes is part of it: a policy may change. */
export interface BoundTo {
  readonly tenant_id: string;
  /** The person in whose name the call runs. */
  readonly user_id: string;
  /** The same call in another workspace has other settings. */
  readonly caller: Pick<Caller, 'workspace_id'>;
  readonly subject: InteractionSubject;
  readonly four_eyes: boolean;
}

export function subjectHash({ tenant_id, user_id, caller: { workspace_id }, subject, four_eyes }: BoundTo): Buffer {
  const { kind, tool, tool_version, arguments_digest, credential_id } = subject;
  const of_call = { kind, tool, tool_version, arguments_digest, credential_id, four_eyes };
  const bound = { tenant_id, user_id, workspace_id, ...of_call };
  return createHash('sha256').update(canonicalJson(bound)).digest();
}

/** What is written into the column `details`. */
export type StoredDetails = InteractionDetails & {
  /** What the call proved itself with: the page says which key asks. */
  readonly via: Principal['via'];
};

export type Status = Schema['interaction']['status'];

/** What is pending beyond its time has expired, whether or not that was written down yet. */
export function statusAt(row: { readonly status: Status; readonly expires_at: Date }, now: number): Status {
  return row.status === 'pending' && row.expires_at.getTime() <= now ? 'expired' : row.status;
}

/** The condition "still waits at this moment", beside the tenant. */
export function isPending(now: number) {
  return (eb: ExpressionBuilder<Pick<Schema, 'interaction'>, 'interaction'>) =>
    eb.and([eb('interaction.status', '=', 'pending'), eb('interaction.expires_at', '>', new Date(now))]);
}

/** The field and record that an approval's arguments are sealed for. */
export function sealedAt(interaction_id: string) {
  return { record_id: interaction_id, field: 'arguments' };
}

/** The same of what a person has answered. */
export function answersAt(interaction_id: string) {
  return { record_id: interaction_id, field: 'answers' };
}

/** Path of the page. The id is of no use to anybody but the person it was made for. */
export function pathOf(interaction_id: string): string {
  return `/interactions/${interaction_id}`;
}

interface Offered {
  readonly id: string;
  readonly kind: InteractionKind;
  readonly tool: string;
  readonly details: InteractionDetails;
  readonly expires_at: Date;
}

export function offerOf({ id, kind, tool, details, expires_at }: Offered, url: string): InteractionOffer {
  return { id, kind, url, message: messageOf(tool, details), expires_at: expires_at.toISOString() };
}

export function messageOf(tool: string, details: InteractionDetails): string {
  switch (details.kind) {
    case 'connect':
      return `Connect an account of ${details.systems.map(({ system }) => system).join(' or ')} for the tool "${tool}".`;
    case 'choose':
      return `Choose which account the tool "${tool}" uses.`;
    case 'approve':
      return details.four_eyes
        ? `Another person must say whether the tool "${tool}" may run with these arguments.`
        : `Say whether the tool "${tool}" may run with these arguments.`;
    case 'input':
      return `Answer what the tool "${tool}" asks.`;
    case 'handoff':
      return `Do the work that the tool "${tool}" waits for, at ${details.host}.`;
  }
}
