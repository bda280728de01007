// A result that has the right form is held against the call that it says it is for, and kept, once. Whatever does not fit is
// refused and leaves the call as it is, with a row of its history.
import { compileSchema } from '../../catalog/json-schema.ts';
import type { TenantVault } from '../../credentials/vault/vault.ts';
import { recordChange } from '../../ledger/changes.ts';
import type { Database } from '../../store/scope.ts';
import { isPending } from '../interaction-row.ts';
import { endCall } from './end-handoff.ts';
import { lockHandOff, personReference, referredTo, resultAt } from './handoff-row.ts';
import type { HandOffDeps, HandOffRow } from './handoff-row.ts';
import type { Result } from './read-result.ts';
import { awaitsResult } from './states.ts';
import { advance, refuse } from './transition.ts';

export type Taken =
  | { readonly kind: 'taken'; readonly handoff_id: string; readonly interaction_id: string }
  | { readonly kind: 'refused'; readonly why: string; readonly handoff_id: string | null };

export interface Delivered {
  readonly tenant_id: string;
  /** Name of the client that it came from. */
  readonly client: string;
  readonly result: Result;
  readonly vault: TenantVault;
}

/** In the caller's transaction. */
export async function takeResult(db: Database, deps: HandOffDeps, delivered: Delivered): Promise<Taken> {
  const { tenant_id, client, result, vault } = delivered;
  const id = referredTo(vault, client, result.system);
  if (id === undefined) return { kind: 'refused', why: 'the reference of the call is not ours', handoff_id: null };
  const waits = await lockInteractionOf(db, deps, { tenant_id, id });
  const row = await lockHandOff(db, tenant_id, id);
  if (row === undefined) return { kind: 'refused', why: 'the hand-off is gone', handoff_id: null };
  const why = problemOf(deps, delivered, row) ?? (waits ? undefined : 'the call does not wait any more');
  if (why !== undefined) {
    await refuse(db, deps, { row, to: 'result-tk-received', why });
    if (isLate(deps, row) && row.ended_at === null) {
      const { interaction_id } = row;
      await endCall(db, deps, { tenant_id, interaction_id, reason: 'time', by: null });
    }
    return { kind: 'refused', why, handoff_id: id };
  }
  const now = new Date(deps.clock.now());
  const { interaction_id, user_id } = row;
  const sealed_result = vault.seal(resultAt(id), result.verbatim);
  const saved = await advance(db, deps, { row, to: 'result-saved', set: { sealed_result } });
  await advance(db, deps, { row: saved, to: 'finished-ok', set: { ended_at: now } });
  await db
    .updateTable('interaction')
    .set({ status: 'done', resolved_at: now, resolved_by: user_id })
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', interaction_id)
    .execute();
  await recordChange(db, deps, { tenant_id, actor: 'server', action: 'handoff-finished', target_id: id });
  return { kind: 'taken', handoff_id: id, interaction_id };
}

/** What is wrong, in words for the history and the log. */
function problemOf(deps: HandOffDeps, { client, result, vault }: Delivered, row: HandOffRow): string | undefined {
  if (row.client !== client) return 'another client was started';
  if (isLate(deps, row)) return 'the time of the call is over';
  if (!awaitsResult(row.state)) return 'no result is awaited in this state';
  if (result.persnr !== personReference(vault, client, row.user_id)) return 'another person was started';
  if (result.exam !== row.slug) return 'another tool was started';
  const [fault] = compileSchema(row.output_schema).check(result.data);
  return fault === undefined ? undefined : `the data does not fit the schema of the tool: ${fault.path}`.slice(0, 200);
}

function isLate({ clock }: HandOffDeps, { deadline_at, state }: HandOffRow): boolean {
  return state === 'tool-timeout-err' || deadline_at.getTime() <= clock.now();
}

/** Whether the call still waits. */
async function lockInteractionOf(
  db: Database,
  { clock }: HandOffDeps,
  { tenant_id, id }: { readonly tenant_id: string; readonly id: string },
): Promise<boolean> {
  const known = await db
    .selectFrom('handoff')
    .select('interaction_id')
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (known === undefined) return false;
  const waits = await db
    .selectFrom('interaction')
    .select('id')
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', known.interaction_id)
    .where(isPending(clock.now()))
    .forUpdate()
    .executeTakeFirst();
  return waits !== undefined;
}
