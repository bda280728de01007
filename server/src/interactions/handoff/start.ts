// A person begins the work: a new attempt with a token of a few seconds, which their browser takes to the client.
import { ToolcribError } from '../../base/errors.ts';
import type { Vault } from '../../credentials/vault/vault.ts';
import { actorOf } from '../../identity/principal.ts';
import type { Principal } from '../../identity/principal.ts';
import { hashOfToken, makeToken } from '../../identity/token-text.ts';
import { recordChange } from '../../ledger/changes.ts';
import type { Database } from '../../store/scope.ts';
import { findInteraction } from '../find-interactions.ts';
import { endCall } from './end-handoff.ts';
import { inputAt, lockAttempts, toHandOff } from './handoff-row.ts';
import type { HandOffDeps, HandOffRow } from './handoff-row.ts';
import { requireSafeClient, withToken } from './safe-client.ts';
import { publicStatus } from './states.ts';
import type { PublicStatus } from './states.ts';
import { advance, endWithout } from './transition.ts';

type TenantVault = Awaited<ReturnType<Vault['of']>>;

export interface StartOptions {
  /** The person has begun it by themselves: a new start then always takes the place of the old one. */
  readonly direct?: boolean;
}

/**
 * Where the browser goes now. Ends what else the person has open of this tool.
 * Throws `session_required`, `not_found` for what is not this person's, `conflict` when it is over or cannot be begun again.
 */
export async function startHandOff(
  deps: HandOffDeps,
  principal: Principal,
  { interaction_id, direct = false }: StartOptions & { readonly interaction_id: string },
): Promise<{ readonly location: string }> {
  if (principal.via.kind !== 'session') throw new ToolcribError('session_required');
  if (!principal.permissions.has('tools.use')) {
    throw new ToolcribError('forbidden', { params: { permission: 'tools.use' } });
  }
  const { tenant_id, user_id } = principal;
  const interaction = await findInteraction(deps, principal, interaction_id);
  if (interaction.kind !== 'handoff' || interaction.user_id !== user_id) throw new ToolcribError('not_found');
  if (interaction.status !== 'pending') throw over();
  const vault = await deps.vault.of(tenant_id);
  const token = makeToken('th', tenant_id).text;
  const { start_url, closed } = await deps.store.inTenant(tenant_id, async (db) => {
    await lockPerson(db, principal);
    const waits = await db
      .selectFrom('interaction')
      .select('id')
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', interaction_id)
      .where('status', '=', 'pending')
      .forUpdate()
      .executeTakeFirst();
    if (waits === undefined) throw over();
    const row = await freshAttempt(db, deps, { principal, interaction_id, direct, vault });
    requireSafeClient(deps.mode, row.start_url);
    const closed_calls = await closeOthers(db, deps, row);
    await sendToken(db, deps, { row, token });
    const change = { tenant_id, actor: actorOf(principal), action: 'handoff-started', target_id: row.id } as const;
    await recordChange(db, deps, change);
    return { start_url: row.start_url, closed: closed_calls };
  });
  for (const id of closed) deps.wake(tenant_id, id);
  return { location: withToken(start_url, token) };
}

/** How a hand-off stands for its person, and whether they can go to the client now. */
export interface Standing {
  readonly status: PublicStatus;
  readonly started_at: Date | null;
  readonly may_start: boolean;
}

/** For the page: of an interaction that the person sees. Undefined when there is no hand-off of it. */
export async function standingOf(
  { store, clock }: HandOffDeps,
  { tenant_id }: Principal,
  interaction_id: string,
): Promise<Standing | undefined> {
  const found = await store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('handoff')
      .selectAll()
      .where('tenant_id', '=', tenant_id)
      .where('interaction_id', '=', interaction_id)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst(),
  );
  if (found === undefined) return undefined;
  const row = toHandOff(found);
  const { state, reason, started_at, deadline_at } = row;
  const now = clock.now();
  const may_start = state !== 'finished-ok' && deadline_at.getTime() > now && mayStart(row, now);
  const status = publicStatus(state, reason);
  // What went wrong before the client had anything is not begun yet, for the person.
  return { status: status === 'failed' && may_start ? 'pending' : status, started_at, may_start };
}

/** What was not begun at the client can be begun again; else only within the time that the tool gives. */
function mayStart({ ended_at, token_used_at, direct, restart_ms, first_started_at }: HandOffRow, now: number): boolean {
  if (ended_at !== null || token_used_at === null || direct) return true;
  return first_started_at !== null && now < first_started_at.getTime() + restart_ms;
}

function over(): ToolcribError {
  return new ToolcribError('conflict', { params: { problem: 'It was answered already, or its time is over' } });
}

/** One start of a person after the other. */
async function lockPerson(db: Database, { tenant_id, user_id }: Principal): Promise<void> {
  const member = await db
    .selectFrom('member')
    .select('user_id')
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .forUpdate()
    .executeTakeFirst();
  if (member === undefined) throw new ToolcribError('not_found');
}

interface Wanted {
  readonly principal: Principal;
  readonly interaction_id: string;
  readonly direct: boolean;
  readonly vault: TenantVault;
}

/** An attempt that nobody has begun: the first one of the call, or a new one in the place of the last. */
async function freshAttempt(db: Database, deps: HandOffDeps, wanted: Wanted): Promise<HandOffRow> {
  const { interaction_id, direct, vault, principal } = wanted;
  const [last] = await lockAttempts(db, principal.tenant_id, interaction_id);
  if (last === undefined) throw new ToolcribError('not_found');
  const now = deps.clock.now();
  if (last.deadline_at.getTime() <= now) throw over();
  if (last.state === 'initial') return direct ? asDirect(db, last) : last;
  if (!mayStart(last, now)) {
    throw new ToolcribError('conflict', {
      params: { problem: 'The work has begun already and cannot be begun again' },
    });
  }
  if (last.ended_at === null) await endWithout(db, deps, { row: last, reason: 'replaced' });
  const id = deps.ids.uuid();
  const { tenant_id, user_id, tool, client, slug, start_url, token_ms, restart_ms, output_schema } = last;
  const next = await db
    .insertInto('handoff')
    .values({
      ...{ tenant_id, id, interaction_id, user_id, tool, client, slug, start_url, token_ms, restart_ms, output_schema },
      sealed_input: vault.seal(inputAt(id), vault.open(inputAt(last.id), last.sealed_input)),
      state: 'initial',
      direct: last.direct,
      created_at: new Date(now),
      first_started_at: last.first_started_at,
      deadline_at: last.deadline_at,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toHandOff(next);
}

async function asDirect(db: Database, row: HandOffRow): Promise<HandOffRow> {
  await db
    .updateTable('handoff')
    .set({ direct: true })
    .where('tenant_id', '=', row.tenant_id)
    .where('id', '=', row.id)
    .execute();
  return { ...row, direct: true };
}

/** One open attempt per person and tool: the interactions that wait for older ones. */
async function closeOthers(db: Database, deps: HandOffDeps, row: HandOffRow): Promise<readonly string[]> {
  const { tenant_id, user_id, tool, interaction_id } = row;
  const others = await db
    .selectFrom('handoff')
    .select('interaction_id')
    .distinct()
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .where('tool', '=', tool)
    .where('ended_at', 'is', null)
    .where('started_at', 'is not', null)
    .where('interaction_id', '<>', interaction_id)
    .execute();
  for (const other of others) await endCall(db, deps, { tenant_id, ...other, reason: 'replaced', by: user_id });
  return others.map((other) => other.interaction_id);
}

/** Whose browser it is and what they may was found out before: the states only say so. */
async function sendToken(
  db: Database,
  deps: HandOffDeps,
  { row, token }: { readonly row: HandOffRow; readonly token: string },
): Promise<void> {
  const now = deps.clock.now();
  const started_at = new Date(now);
  await advance(db, deps, {
    row,
    to: 'start-tk-sent',
    set: {
      token_hash: hashOfToken(token),
      token_expires_at: new Date(now + row.token_ms),
      started_at,
      first_started_at: row.first_started_at ?? started_at,
    },
  });
}
