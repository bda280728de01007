// The ends of a hand-off that has no result: its time is over, somebody cancels it, or a newer start takes its place.
import { ToolcribError } from '../../base/errors.ts';
import type { Principal } from '../../identity/principal.ts';
import { actorOf } from '../../identity/principal.ts';
import { recordChange } from '../../ledger/changes.ts';
import type { Database } from '../../store/scope.ts';
import { lockAttempts } from './handoff-row.ts';
import type { HandOffDeps, HandOffRow } from './handoff-row.ts';
import type { EndReason } from './states.ts';
import { endWithout } from './transition.ts';

interface CallOfHandOff {
  readonly tenant_id: string;
  readonly interaction_id: string;
}

/** Ends what is open of a call whose interaction has ended, in the transaction that has ended it. */
export async function endAttempts(
  db: Database,
  deps: Pick<HandOffDeps, 'clock'>,
  { tenant_id, interaction_id, reason }: CallOfHandOff & { readonly reason: EndReason },
): Promise<void> {
  for (const row of await lockAttempts(db, tenant_id, interaction_id)) {
    if (row.ended_at === null) await endWithout(db, deps, { row, reason });
  }
}

const statusOf = { time: 'expired', cancelled: 'cancelled', replaced: 'cancelled' } as const;

/** Ends a call as a whole: its interaction and what is open of it. Whether anything was. */
export async function endCall(
  db: Database,
  deps: Pick<HandOffDeps, 'clock'>,
  { tenant_id, interaction_id, reason, by }: CallOfHandOff & { reason: keyof typeof statusOf; by: string | null },
): Promise<boolean> {
  const ended = await db
    .updateTable('interaction')
    .set({ status: statusOf[reason], resolved_at: new Date(deps.clock.now()), resolved_by: by })
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', interaction_id)
    .where('status', '=', 'pending')
    .returning('id')
    .executeTakeFirst();
  const attempts = await lockAttempts(db, tenant_id, interaction_id);
  const open = attempts.filter(({ ended_at }) => ended_at === null);
  for (const row of open) await endWithout(db, deps, { row, reason });
  return ended !== undefined || open.length > 0;
}

/** Also of somebody else: who may is decided by the caller. Throws `conflict` when it has ended. */
export async function cancelHandOff(deps: HandOffDeps, principal: Principal, row: HandOffRow): Promise<void> {
  const { tenant_id, interaction_id } = row;
  await deps.store.inTenant(tenant_id, async (db) => {
    const by = principal.user_id;
    const ended = await endCall(db, deps, { tenant_id, interaction_id, reason: 'cancelled', by });
    if (!ended) throw new ToolcribError('conflict', { params: { problem: 'The hand-off has ended already' } });
    await recordChange(db, deps, {
      tenant_id,
      actor: actorOf(principal),
      action: 'handoff-cancelled',
      target_id: row.id,
    });
  });
  deps.wake(tenant_id, interaction_id);
}

/** Ends it if its time is over; whether it was. */
export async function expireHandOff(
  deps: HandOffDeps,
  { tenant_id, id }: { readonly tenant_id: string; readonly id: string },
): Promise<boolean> {
  const interaction_id = await deps.store.inTenant(tenant_id, async (db) => {
    const due = await db
      .selectFrom('handoff')
      .select('interaction_id')
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .where('deadline_at', '<=', new Date(deps.clock.now()))
      .executeTakeFirst();
    if (due === undefined) return undefined;
    await endCall(db, deps, { tenant_id, ...due, reason: 'time', by: null });
    return due.interaction_id;
  });
  if (interaction_id !== undefined) deps.wake(tenant_id, interaction_id);
  return interaction_id !== undefined;
}
