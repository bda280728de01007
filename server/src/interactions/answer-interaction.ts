// A person's word: yes or no to a call, or that it need not be asked any more. Taken from a browser alone, once.
import { ToolcribError } from '../base/errors.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import { actorOf } from '../identity/principal.ts';
import type { Principal } from '../identity/principal.ts';
import { recordChange } from '../ledger/changes.ts';
import { findInteraction } from './find-interactions.ts';
import type { Interaction } from './find-interactions.ts';
import { endAttempts } from './handoff/end-handoff.ts';
import { isPending } from './interaction-row.ts';

export type Decision = 'yes' | 'no';

/**
 * Yes or no to a call. The answer of the person in whose name it runs, or of another one where the policy wants that.
 * Throws `session_required`, `not_found`, `forbidden` for one's own call that another person must decide, `conflict` when
 * it was answered before or is over.
 */
export async function decideInteraction(
  deps: IdentityDeps,
  principal: Principal,
  { id, decision }: { readonly id: string; readonly decision: Decision },
): Promise<Interaction> {
  if (principal.via.kind !== 'session') throw new ToolcribError('session_required');
  const interaction = await findInteraction(deps, principal, id);
  if (interaction.kind !== 'approve') {
    throw new ToolcribError('conflict', { params: { problem: 'There is nothing to say yes or no to' } });
  }
  if (!interaction.may_answer) throw new ToolcribError('forbidden', { params: { permission: 'approvals.decide' } });
  return endInteraction(deps, principal, { interaction, status: decision === 'yes' ? 'done' : 'denied' });
}

/** By the person it was made for, with whatever they prove themselves. Throws `not_found`, `conflict`. */
export async function cancelInteraction(deps: IdentityDeps, principal: Principal, id: string): Promise<Interaction> {
  const interaction = await findInteraction(deps, principal, id);
  if (interaction.user_id !== principal.user_id) throw new ToolcribError('not_found');
  return endInteraction(deps, principal, { interaction, status: 'cancelled' });
}

export interface Ending {
  readonly interaction: Interaction;
  readonly status: 'done' | 'denied' | 'cancelled';
  /** Kept for the call that goes on. */
  readonly sealed?: Buffer;
}

/** The first answer counts, however many come at once. Throws `conflict`. */
export async function endInteraction(
  deps: IdentityDeps,
  principal: Principal,
  { interaction, status, sealed }: Ending,
): Promise<Interaction> {
  const { tenant_id, user_id } = principal;
  const { id } = interaction;
  const now = deps.clock.now();
  const resolution = { status, resolved_at: new Date(now), resolved_by: user_id };
  await deps.store.inTenant(tenant_id, async (db) => {
    const ended = await db
      .updateTable('interaction')
      .set({
        ...resolution,
        ...(sealed === undefined ? {} : { sealed }),
        // What was approved is shown until it has been used.
        ...(status === 'done' ? {} : { sealed: null }),
      })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .where(isPending(now))
      .returning('id')
      .executeTakeFirst();
    if (ended === undefined) {
      throw new ToolcribError('conflict', { params: { problem: 'It was answered already, or its time is over' } });
    }
    if (interaction.kind === 'handoff') {
      await endAttempts(db, deps, { tenant_id, interaction_id: id, reason: 'cancelled' });
    }
    await recordChange(db, deps, {
      tenant_id,
      actor: actorOf(principal),
      action: 'interaction-resolved',
      target_id: id,
    });
  });
  return { ...interaction, ...resolution };
}
