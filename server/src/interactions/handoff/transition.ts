// The one way in which a hand-off changes its state: only along the table of states.ts, only from the state that it is in,
// and with a row of its history in the same transaction. What is not legal is refused, with a row that says so.
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Updateable } from 'kysely';
import type { Schema } from '../../store/schema.ts';
import type { Database } from '../../store/scope.ts';
import type { HandOffDeps, HandOffRow } from './handoff-row.ts';
import { lockHandOff } from './handoff-row.ts';
import { happyPath, isLegal } from './states.ts';
import type { EndReason, HandOffState } from './states.ts';

type Clocked = Pick<HandOffDeps, 'clock'>;
/** What changes with a state. */
export type Changes = Omit<Updateable<Schema['handoff']>, 'tenant_id' | 'id' | 'state'>;

export interface Step {
  readonly to: HandOffState;
  readonly set?: Changes;
}

/**
 * One step of a row that is locked in this transaction; the row as it is then. Throws `handoff_illegal`, which undoes the
 * transaction: whoever may ask for what is not legal uses `tryTransition`.
 */
export async function transition(
  db: Database,
  { clock }: Clocked,
  { row, to, set = {} }: Step & { readonly row: HandOffRow },
): Promise<HandOffRow> {
  const from = row.state;
  if (!isLegal(from, to)) throw new ToolcribError('handoff_illegal', { params: { from, to } });
  const { numUpdatedRows } = await db
    .updateTable('handoff')
    .set({ ...set, state: to })
    .where('tenant_id', '=', row.tenant_id)
    .where('id', '=', row.id)
    .where('state', '=', from)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw new ToolcribError('handoff_illegal', { params: { from, to } });
  await appendLog(db, row, { at: new Date(clock.now()), from_state: from, to_state: to, refused: null });
  return { ...row, ...(set as Partial<HandOffRow>), state: to };
}

/** Every step of the happy path up to a state; `set` comes with the last one. */
export async function advance(
  db: Database,
  deps: Clocked,
  { row, to, set = {} }: Step & { readonly row: HandOffRow },
): Promise<HandOffRow> {
  const path = happyPath(row.state, to);
  if (path === undefined) throw new ToolcribError('handoff_illegal', { params: { from: row.state, to } });
  let now = row;
  for (const state of path) now = await transition(db, deps, { row: now, to: state, ...(state === to ? { set } : {}) });
  return now;
}

/** The same for whoever cannot know: what is refused is written down. Throws `handoff_illegal`, `not_found`. */
export async function tryTransition(
  deps: Pick<HandOffDeps, 'clock' | 'store'>,
  { tenant_id, id, to }: { readonly tenant_id: string; readonly id: string; readonly to: HandOffState },
): Promise<void> {
  const from = await deps.store.inTenant(tenant_id, async (db) => {
    const row = await lockHandOff(db, tenant_id, id);
    if (row === undefined) throw new ToolcribError('not_found');
    if (isLegal(row.state, to)) {
      await transition(db, deps, { row, to });
      return undefined;
    }
    await refuse(db, deps, { row, to, why: 'no legal transition' });
    return row.state;
  });
  if (from !== undefined) throw new ToolcribError('handoff_illegal', { params: { from, to } });
}

/** Writes down what was not done. A client that repeats itself fills no table. */
export async function refuse(
  db: Database,
  { clock }: Clocked,
  { row, to, why }: { readonly row: HandOffRow; readonly to: HandOffState; readonly why: string },
): Promise<void> {
  await appendLog(db, row, { at: new Date(clock.now()), from_state: row.state, to_state: to, refused: why });
}

/** Ends an attempt that has no result, by way of the state that says what went wrong. */
export async function endWithout(
  db: Database,
  deps: Clocked,
  { row, reason }: { readonly row: HandOffRow; readonly reason: EndReason },
): Promise<HandOffRow> {
  const set = { reason, ended_at: new Date(deps.clock.now()) };
  // Its time over is a state to rest in; everything else is finished at once.
  if (reason === 'time') return transition(db, deps, { row, to: 'tool-timeout-err', set });
  const unseen = reason === 'replaced' && row.state === 'start-tk-sent';
  const wrong = await transition(db, deps, { row, to: unseen ? 'start-tk-sent-err' : errorOf(row.state, reason) });
  return transition(db, deps, { row: wrong, to: 'finished-err', set });
}

function errorOf(state: HandOffState, reason: EndReason): HandOffState {
  if (reason === 'token' && state === 'start-tk-received') return 'start-tk-err';
  if (reason === 'transport' && state === 'start-data-sent') return 'start-data-sent-err';
  return 'err';
}

type LogRow = Omit<Schema['handoff_log'], 'tenant_id' | 'handoff_id' | 'seq'>;

/** The row is locked, so that no two entries take the same place. */
async function appendLog(db: Database, { tenant_id, id }: HandOffRow, entry: LogRow): Promise<void> {
  const newest = await db
    .selectFrom('handoff_log')
    .select('seq')
    .where('tenant_id', '=', tenant_id)
    .where('handoff_id', '=', id)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const last = newest?.seq ?? 0;
  if (entry.refused !== null && last >= limits.handoff_log_rows) return;
  await db
    .insertInto('handoff_log')
    .values({ ...entry, tenant_id, handoff_id: id, seq: last + 1 })
    .execute();
}
