// The state that a stateless client carries from a paused call to its repetition (2026-07-28, "Multi Round-Trip Requests").
// Sealed by the tenant's vault and bound to person, tool, arguments and time: nothing that a client changes, keeps too long
// or passes on is taken back (attack A12).
import { createHash } from 'node:crypto';
import type { InteractionOffer } from '@toolcrib/client';
import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import { canonicalJson } from '../../base/json.ts';
import type { Vault } from '../../credentials/vault/vault.ts';
import type { Principal } from '../../identity/principal.ts';

export interface StateDeps {
  readonly vault: Vault;
  readonly clock: Clock;
}

/** What is called. */
export interface StatedCall {
  readonly tool: string;
  readonly toolset: string | undefined;
  readonly args: unknown;
}

const state = z.strictObject({
  interaction_id: z.uuid(),
  user_id: z.uuid(),
  call: z.string(),
  expires_at: z.number(),
});

/** No record of the vault's tables has this id: what is sealed here opens nowhere else. */
const place = { record_id: 'mcp', field: 'requestState' };

export async function sealState(
  { vault }: StateDeps,
  { tenant_id, user_id }: Principal,
  { offer, call }: { readonly offer: InteractionOffer; readonly call: StatedCall },
): Promise<string> {
  const stated: z.output<typeof state> = {
    interaction_id: offer.id,
    user_id,
    call: digestOf(call),
    expires_at: Date.parse(offer.expires_at),
  };
  const tenant = await vault.of(tenant_id);
  return tenant.seal(place, JSON.stringify(stated)).toString('base64url');
}

/** The interaction that the same call of the same person was paused for; undefined when this is no such state. */
export async function openState(
  { vault, clock }: StateDeps,
  { tenant_id, user_id }: Principal,
  { text, call }: { readonly text: unknown; readonly call: StatedCall },
): Promise<string | undefined> {
  if (typeof text !== 'string') return undefined;
  const tenant = await vault.of(tenant_id);
  let opened: z.output<typeof state>;
  try {
    opened = state.parse(JSON.parse(tenant.open(place, Buffer.from(text, 'base64url'))));
  } catch {
    return undefined;
  }
  const is_mine = opened.user_id === user_id && opened.call === digestOf(call) && opened.expires_at > clock.now();
  return is_mine ? opened.interaction_id : undefined;
}

function digestOf({ tool, toolset, args }: StatedCall): string {
  return createHash('sha256').update(canonicalJson({ tool, toolset, args })).digest('base64url');
}
