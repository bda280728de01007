// Must a person say yes to this call? A yes is bound to tenant, person, tool, its version, the arguments and the account, and
// is used up by one call, in one statement, however many calls come at once.
import type { ExpressionBuilder } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { rolePermissions, roles } from '../identity/permissions.ts';
import type { Principal } from '../identity/principal.ts';
import type { Schema } from '../store/schema.ts';
import type { Database } from '../store/scope.ts';
import type { Store } from '../store/store.ts';
import type { Approvals, CallToApprove, Interactions, InteractionSubject } from './interaction.ts';
import { subjectHash } from './interaction-row.ts';
import type { PolicyLookup } from './policies.ts';
import { shownArguments } from './shown-arguments.ts';
import { wasDenied } from './was-denied.ts';

interface ApprovalDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly interactions: Interactions;
  readonly policyOf: PolicyLookup;
}

/** The roles of those who may decide about calls of others. */
export const decidingRoles = roles.filter((role) => rolePermissions[role].includes('approvals.decide'));

export function createApprovals(deps: ApprovalDeps): Approvals {
  return {
    check: (principal, call) => {
      const action = deps.policyOf(principal, call.tool);
      if (action === 'allow') return undefined;
      return Promise.resolve(action).then((looked_up) => {
        if (looked_up === 'allow') return undefined;
        if (looked_up === 'refuse') throw new ToolcribError('policy_refused', { params: { tool: call.tool.name } });
        return useOrAsk(deps, principal, { ...call, four_eyes: looked_up === 'four_eyes' });
      });
    },
  };
}

type CallInQuestion = CallToApprove & { readonly four_eyes: boolean };

/** The id of the approval that the call has used up. Throws `approval_required`, `approval_denied`. */
async function useOrAsk(deps: ApprovalDeps, principal: Principal, call: CallInQuestion): Promise<string> {
  const { tenant_id } = principal;
  const subject: InteractionSubject = {
    kind: 'approve',
    tool: call.tool.name,
    tool_version: call.tool.version,
    arguments_digest: await call.arguments_digest(),
    credential_id: call.credential?.id ?? null,
  };
  const answer = await deps.store.inTenant(tenant_id, async (db) => {
    // Nobody can sign in as a service account: another person must answer for it.
    const four_eyes = call.four_eyes || (await isService(db, principal));
    const bound = { ...principal, four_eyes, subject_hash: subjectHash({ ...principal, subject, four_eyes }) };
    const used = await useUp(db, { ...bound, call_id: call.call_id, now: deps.clock.now() });
    const since = new Date(deps.clock.now() - limits.approval_denied_ms);
    const denied = used === undefined && (await wasDenied(db, { ...bound, since }));
    const waits_for =
      used === undefined && !denied ? await keptFor(db, { ...bound, now: deps.clock.now() }) : undefined;
    return { four_eyes, used, denied, waits_for };
  });
  if (answer.used !== undefined) return answer.used;
  if (answer.waits_for !== undefined) await pauseAgain(deps, principal, { call, id: answer.waits_for });
  if (answer.denied) throw new ToolcribError('approval_denied', { params: { tool: call.tool.name } });
  const interaction = await deps.interactions.pause(principal, {
    subject,
    details: {
      kind: 'approve',
      danger: call.tool.danger,
      description: call.tool.description,
      four_eyes: answer.four_eyes,
      credential_name: call.credential?.name ?? null,
    },
    shown_arguments: shownArguments(call.args),
    call_id: call.call_id,
    host: call.host,
  });
  const who = answer.four_eyes ? 'another person who may decide' : 'the person in whose name it runs';
  const params = { tool: call.tool.name, who, url: interaction.url };
  throw new ToolcribError('approval_required', { params, interaction });
}

interface Bound {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly subject_hash: Buffer;
  readonly four_eyes: boolean;
  readonly now: number;
}

async function isService(db: Database, { tenant_id, user_id }: Principal): Promise<boolean> {
  const member = await db
    .selectFrom('member')
    .select('kind')
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .executeTakeFirst();
  return member?.kind === 'service';
}

/** One yes for one call. Whoever gave it must still be the one who may. */
async function useUp(db: Database, bound: Bound & { readonly call_id: string }): Promise<string | undefined> {
  const { tenant_id, user_id, subject_hash, four_eyes, now, call_id } = bound;
  const deciders = db
    .selectFrom('member')
    .select('user_id')
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '<>', user_id)
    .where('role', 'in', decidingRoles);
  const unused = db
    .selectFrom('interaction')
    .select('id')
    .where('tenant_id', '=', tenant_id)
    .where('subject_hash', '=', subject_hash)
    .where('status', '=', 'done')
    .where('used_at', 'is', null)
    .where((eb) =>
      eb.or([eb('resolved_at', '>', new Date(now - limits.approval_use_ms)), eb('usable_until', '>', new Date(now))]),
    )
    .where((eb) => (four_eyes ? eb('resolved_by', 'in', deciders) : eb('resolved_by', '=', user_id)))
    .where((eb) => eb.or([eb('waits_for', 'is', null), wasActedOn(tenant_id)(eb)]))
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .skipLocked();
  const used = await db
    .updateTable('interaction')
    .set({ used_at: new Date(now), used_by_call: call_id, sealed: null })
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', unused)
    .where('used_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return used?.id;
}

/**
 * A person has done what the call had paused for when it gave its yes back: something that no program can do for them. What a
 * program has cancelled or connected, and what nobody has done in time, lets it not run again.
 */
function wasActedOn(tenant_id: string) {
  return (eb: ExpressionBuilder<Schema, 'interaction'>) =>
    eb.exists(
      eb
        .selectFrom('interaction as pause')
        .select('pause.id')
        .where('pause.tenant_id', '=', tenant_id)
        .where('pause.kind', 'in', ['input', 'handoff', 'approve'])
        .where('pause.status', 'in', ['done', 'denied'])
        .whereRef('pause.id', '=', 'interaction.waits_for'),
    );
}

/** What the call had paused for when it gave its yes back, while the person has not done it. */
function isPaused({ tenant_id, now }: Pick<Bound, 'tenant_id' | 'now'>) {
  return (eb: ExpressionBuilder<Schema, 'interaction'>) =>
    eb.exists(
      eb
        .selectFrom('interaction as pause')
        .select('pause.id')
        .where('pause.tenant_id', '=', tenant_id)
        .where('pause.status', '=', 'pending')
        .where('pause.expires_at', '>', new Date(now))
        .whereRef('pause.id', '=', 'interaction.waits_for'),
    );
}

async function keptFor(db: Database, { tenant_id, subject_hash, now }: Bound): Promise<string | undefined> {
  const kept = await db
    .selectFrom('interaction')
    .select('waits_for')
    .where('tenant_id', '=', tenant_id)
    .where('subject_hash', '=', subject_hash)
    .where('status', '=', 'done')
    .where('used_at', 'is', null)
    .where('usable_until', '>', new Date(now))
    .where(isPaused({ tenant_id, now }))
    .limit(1)
    .executeTakeFirst();
  return kept?.waits_for ?? undefined;
}

/**
 * A call that has its yes and waits for its person does not run again before they have acted: each of its runs follows
 * something that a person has done. Other pauses than these two are asked anew.
 */
async function pauseAgain(
  { interactions }: ApprovalDeps,
  principal: Principal,
  { call, id }: { readonly call: CallInQuestion; readonly id: string },
): Promise<void> {
  const interaction = await interactions.pending(principal, { id, host: call.host });
  if (interaction?.kind !== 'input' && interaction?.kind !== 'handoff') return;
  const params = { tool: call.tool.name, url: interaction.url };
  throw new ToolcribError(interaction.kind === 'input' ? 'input_required' : 'handoff_required', {
    params,
    interaction,
  });
}
