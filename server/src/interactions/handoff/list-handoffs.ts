// Hand-offs as programs see them: one's own, or everybody's with the permission. Another person's is not there for whoever
// lacks it; the look is written into the audit.
import { ToolcribError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { IdentityDeps } from '../../identity/api-keys.ts';
import { actorOf } from '../../identity/principal.ts';
import type { Principal } from '../../identity/principal.ts';
import { recordChange } from '../../ledger/changes.ts';
import type { Database } from '../../store/scope.ts';
import { resultAt, toHandOff } from './handoff-row.ts';
import type { HandOffDeps, HandOffRow } from './handoff-row.ts';
import { dataOf } from './result-data.ts';
import { publicStatus } from './states.ts';
import type { HandOffState, PublicStatus } from './states.ts';

export interface ListedHandOff {
  readonly row: HandOffRow;
  readonly status: PublicStatus;
  readonly user: { readonly id: string; readonly email: string; readonly name: string };
}

export interface LogEntry {
  readonly at: Date;
  readonly from: string;
  readonly to: string;
  /** Set: it was refused, and why. */
  readonly refused: string | null;
}

export interface SeenHandOff extends ListedHandOff {
  readonly history: readonly LogEntry[];
  /** The checked fields of the result. */
  readonly data: JsonObject | undefined;
  /** The result word for word. */
  readonly verbatim: string | undefined;
}

export interface HandOffFilter {
  readonly tool?: string | undefined;
  readonly status?: PublicStatus | undefined;
  readonly limit: number;
  readonly before?: string | undefined;
}

/** The newest first. */
export async function listHandOffs(
  { store, clock }: IdentityDeps,
  principal: Principal,
  { tool, status, limit, before }: HandOffFilter,
): Promise<readonly ListedHandOff[]> {
  const { tenant_id, user_id } = principal;
  return store.inTenant(tenant_id, async (db) => {
    let query = select(db, tenant_id).orderBy('handoff.id', 'desc').limit(limit);
    if (!principal.permissions.has('handoffs.manage')) query = query.where('handoff.user_id', '=', user_id);
    if (tool !== undefined) query = query.where('tool', '=', tool);
    if (before !== undefined) query = query.where('handoff.id', '<', before);
    if (status !== undefined) query = withStatus(query, status, clock.now());
    return (await query.execute()).map((row) => listed(row, clock.now()));
  });
}

/** Throws `not_found`. */
export async function findHandOff(deps: IdentityDeps, principal: Principal, id: string): Promise<ListedHandOff> {
  const { tenant_id, user_id } = principal;
  if (!uuid.test(id)) throw new ToolcribError('not_found');
  const found = await deps.store.inTenant(tenant_id, async (db) => {
    const row = await select(db, tenant_id).where('handoff.id', '=', id).executeTakeFirst();
    if (row === undefined) return undefined;
    if (row.user_id === user_id || principal.permissions.has('handoffs.manage')) return listed(row, deps.clock.now());
    const refused = { tenant_id, actor: actorOf(principal), action: 'handoff-refused', target_id: id } as const;
    await recordChange(db, deps, refused);
    return undefined;
  });
  if (found === undefined) throw new ToolcribError('not_found');
  return found;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** With what has happened to it and what has come of it. Throws `not_found`. */
export async function seeHandOff(deps: HandOffDeps, principal: Principal, id: string): Promise<SeenHandOff> {
  const found = await findHandOff(deps, principal, id);
  const { tenant_id } = principal;
  const { sealed_result } = found.row;
  const vault = await deps.vault.of(tenant_id);
  const verbatim = sealed_result === null ? undefined : vault.open(resultAt(id), sealed_result);
  const rows = await deps.store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('handoff_log')
      .select(['at', 'from_state', 'to_state', 'refused'])
      .where('tenant_id', '=', tenant_id)
      .where('handoff_id', '=', id)
      .orderBy('seq')
      .limit(limits.handoff_log_rows + publishedStates)
      .execute(),
  );
  return {
    ...found,
    history: rows.map(({ at, from_state, to_state, refused }) => ({ at, from: from_state, to: to_state, refused })),
    data: verbatim === undefined ? undefined : dataOf(verbatim),
    verbatim,
  };
}

/** The rows of refusals are bounded; legal transitions are few. */
const publishedStates = 50;

function select(db: Database, tenant_id: string) {
  return db
    .selectFrom('handoff')
    .innerJoin('app_user', 'app_user.id', 'handoff.user_id')
    .selectAll('handoff')
    .select(['app_user.email as user_email', 'app_user.name as user_name'])
    .where('handoff.tenant_id', '=', tenant_id);
}

type Selected = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

function listed({ user_email: email, user_name: name, ...row }: Selected, now: number): ListedHandOff {
  const is_over = row.ended_at === null && row.deadline_at.getTime() <= now;
  return {
    row: toHandOff(row),
    status: is_over ? 'expired' : publicStatus(row.state as HandOffState, row.reason),
    user: { id: row.user_id, email, name },
  };
}

/** The same as `listed` says. */
function withStatus(query: ReturnType<typeof select>, status: PublicStatus, now: number): ReturnType<typeof select> {
  const open = query.where('ended_at', 'is', null).where('deadline_at', '>', new Date(now));
  switch (status) {
    case 'pending':
      return open.where('state', '=', 'initial');
    case 'running':
      return open.where('state', '<>', 'initial');
    case 'succeeded':
      return query.where('state', '=', 'finished-ok');
    case 'cancelled':
      return query.where('reason', '=', 'cancelled');
    case 'failed':
      return query.where('reason', 'in', ['replaced', 'token', 'transport']);
    case 'expired':
      return query.where((eb) =>
        eb.or([
          eb('reason', '=', 'time'),
          eb.and([eb('ended_at', 'is', null), eb('deadline_at', '<=', new Date(now))]),
        ]),
      );
  }
}
