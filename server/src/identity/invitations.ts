// Invitations: a link with which a person sets a password and comes in. Shown once, used once, kept as a hash. The operator's
// also lets in again who has lost the password; nobody else's does (claimed-members.ts).
import type { Selectable } from 'kysely';
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { Database } from '../store/scope.ts';
import type { InvitationTable } from '../store/schema.ts';
import type { IdentityDeps } from './api-keys.ts';
import { refuseClaimed } from './claimed-members.ts';
import type { Role } from './permissions.ts';
import { actorOf } from './principal.ts';
import type { Principal } from './principal.ts';
import { requireMayGive, rolesGivenBy } from './role-rules.ts';
import { isServiceAddress } from './service-address.ts';
import { hashOfToken, makeToken } from './token-text.ts';

/** An invitation as it may be shown: never its link. Times in milliseconds since 1970. */
export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Null: the operator. */
  readonly invited_by: string | null;
  readonly created_at: number;
  readonly expires_at: number;
}

export interface NewInvitation {
  readonly tenant_id: string;
  readonly email: string;
  /** Taken when nobody has this address yet. */
  readonly name: string;
  /** Of a member: their own; undefined then, and `member` for everybody else, when absent. */
  readonly role?: Role | undefined;
}

/**
 * Invites a person; what was pending for the same address is withdrawn. Throws `forbidden` when the role is not the
 * inviter's to give, `conflict` for a member who has an account of their own, unless the operator invites them.
 */
export async function createInvitation(
  deps: IdentityDeps,
  inviter: Principal | 'operator',
  { tenant_id, email, name, role }: NewInvitation,
): Promise<{ readonly invitation: Invitation; readonly text: string }> {
  const actor = inviter === 'operator' ? inviter : actorOf(inviter);
  return deps.store.inTenant(tenant_id, async (db) => {
    const known = await memberOf(db, tenant_id, email);
    if (known?.kind === 'service' || isServiceAddress(email)) {
      throw new ToolcribError('conflict', { params: { problem: 'A service account cannot sign in' } });
    }
    if (known !== undefined && role !== undefined && role !== known.role) {
      throw new ToolcribError('conflict', { params: { problem: `This person is a member already, as ${known.role}` } });
    }
    const given = known?.role ?? role ?? 'member';
    if (inviter !== 'operator') requireMayGive(inviter, given);
    if (inviter !== 'operator' && known !== undefined) await refuseClaimed(db, { tenant_id, user_id: known.user_id });
    await withdraw(db, deps, { tenant_id, actor, invitations: await pendingOf(db, deps, tenant_id, { email }) });
    if ((await pendingOf(db, deps, tenant_id, {})).length >= limits.invitations) {
      throw new ToolcribError('conflict', {
        params: { problem: `More than ${limits.invitations} invitations are pending` },
      });
    }
    const { row, text } = makeInvitation(deps, { tenant_id, email, name, role: given, invited_by: byOf(inviter) });
    await db.insertInto('invitation').values(row).execute();
    await recordChange(db, deps, { tenant_id, actor, action: 'invitation-created', target_id: row.id });
    return { invitation: shown(row), text };
  });
}

function byOf(inviter: Principal | 'operator'): string | null {
  return inviter === 'operator' ? null : inviter.user_id;
}

/** A new invitation: its row, and its text, which is never to be had again. Writes nothing. */
export function makeInvitation(
  { clock, ids }: Pick<IdentityDeps, 'clock' | 'ids'>,
  invitation: Pick<InvitationTable, 'tenant_id' | 'email' | 'name' | 'role' | 'invited_by'>,
) {
  const { text } = makeToken('ti', invitation.tenant_id);
  const now = clock.now();
  const row = {
    ...invitation,
    id: ids.uuid(),
    email: invitation.email.toLowerCase(),
    token_hash: hashOfToken(text),
    created_at: new Date(now),
    expires_at: new Date(now + limits.invitation_ms),
    accepted_at: null,
    revoked_at: null,
  };
  return { row, text };
}

/** The invitations that can still be accepted, newest first. */
export async function listInvitations(deps: IdentityDeps, tenant_id: string): Promise<readonly Invitation[]> {
  const rows = await deps.store.inTenant(tenant_id, (db) => pendingOf(db, deps, tenant_id, {}));
  return rows.map((row) => shown(row));
}

/** Withdraws an invitation. Throws `not_found` for one that is not pending, `forbidden` when its role is not theirs to take. */
export async function revokeInvitation(deps: IdentityDeps, principal: Principal, id: string): Promise<void> {
  const { tenant_id } = principal;
  await deps.store.inTenant(tenant_id, async (db) => {
    const invitations = await pendingOf(db, deps, tenant_id, { id });
    const [found] = invitations;
    if (found === undefined) throw new ToolcribError('not_found');
    requireMayGive(principal, found.role);
    await withdraw(db, deps, { tenant_id, actor: actorOf(principal), invitations });
  });
}

interface Withdrawing {
  readonly tenant_id: string;
  readonly actor: Actor;
  readonly user_id: string;
}

/** What a member has prepared for others ends when they may no longer give the role: else it would be their way back. */
export async function withdrawInvitationsBy(
  db: Database,
  deps: IdentityDeps,
  { tenant_id, actor, user_id, keep }: Withdrawing & { readonly keep: readonly Role[] },
): Promise<void> {
  const made = await pendingOf(db, deps, tenant_id, { invited_by: user_id });
  await withdraw(db, deps, { tenant_id, actor, invitations: made.filter(({ role }) => !keep.includes(role)) });
}

/** What is pending for a member's address. */
export async function withdrawInvitationsTo(
  db: Database,
  deps: IdentityDeps,
  { tenant_id, actor, user_id }: Withdrawing,
): Promise<void> {
  const { email } = await db.selectFrom('app_user').select('email').where('id', '=', user_id).executeTakeFirstOrThrow();
  await withdraw(db, deps, { tenant_id, actor, invitations: await pendingOf(db, deps, tenant_id, { email }) });
}

async function withdraw(
  db: Database,
  deps: IdentityDeps,
  {
    tenant_id,
    actor,
    invitations,
  }: { readonly tenant_id: string; readonly actor: Actor; readonly invitations: readonly { readonly id: string }[] },
): Promise<void> {
  for (const { id } of invitations) {
    await db
      .updateTable('invitation')
      .set({ revoked_at: new Date(deps.clock.now()) })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .execute();
    await recordChange(db, deps, { tenant_id, actor, action: 'invitation-revoked', target_id: id });
  }
}

/** The pending invitations that have all of these values, locked until the transaction ends. */
function pendingOf(
  db: Database,
  { clock }: Pick<IdentityDeps, 'clock'>,
  tenant_id: string,
  values: Partial<Pick<InvitationTable, 'id' | 'email' | 'invited_by'>>,
): Promise<Selectable<InvitationTable>[]> {
  const pending = db
    .selectFrom('invitation')
    .selectAll()
    .where('tenant_id', '=', tenant_id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', new Date(clock.now()));
  return Object.entries(values)
    .reduce((rows, [name, value]) => rows.where(name as keyof typeof values, '=', value), pending)
    .orderBy('id', 'desc')
    .limit(limits.invitations)
    .forUpdate()
    .execute();
}

/** Whether the inviter may give the role at this moment: what a request under way wrote after they lost it counts for nothing. */
export async function isStillGiven(
  db: Database,
  { tenant_id, invited_by, role }: Pick<InvitationTable, 'tenant_id' | 'invited_by' | 'role'>,
): Promise<boolean> {
  if (invited_by === null) return true;
  const inviter = await db
    .selectFrom('member')
    .select('role')
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', invited_by)
    .executeTakeFirst();
  return inviter !== undefined && rolesGivenBy(inviter.role).includes(role);
}

/** The member who has this address, locked until the transaction ends: who lets them in is decided by one after the other. */
export async function memberOf(db: Database, tenant_id: string, email: string) {
  return db
    .selectFrom('member')
    .innerJoin('app_user', 'app_user.id', 'member.user_id')
    .select(['member.user_id', 'member.role', 'member.kind'])
    .where('member.tenant_id', '=', tenant_id)
    .where('app_user.email', '=', email.toLowerCase())
    .forUpdate('member')
    .executeTakeFirst();
}

function shown(row: Selectable<InvitationTable>): Invitation {
  const { id, email, name, role, invited_by } = row;
  return {
    id,
    email,
    name,
    role,
    invited_by,
    created_at: row.created_at.getTime(),
    expires_at: row.expires_at.getTime(),
  };
}
