// A person accepts an invitation: sets a password, becomes a member if they are none, and is signed in. Once.
import { sql } from 'kysely';
import { ToolcribError } from '../base/errors.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Database } from '../store/scope.ts';
import type { IdentityDeps } from './api-keys.ts';
import { isClaimed } from './claimed-members.ts';
import { isStillGiven, memberOf, withdrawInvitationsTo } from './invitations.ts';
import { refuseTooMany } from './members.ts';
import { requireGoodPassword } from './passwords.ts';
import type { Passwords } from './passwords.ts';
import type { Role } from './permissions.ts';
import { beginSession, endOtherSessions } from './sessions.ts';
import type { StartedSession } from './sessions.ts';
import { setPassword } from './set-password.ts';
import { hashOfToken, tenantOfToken } from './token-text.ts';

/** What the page of an invitation shows. */
export interface OpenInvitation {
  readonly tenant_id: string;
  readonly tenant_name: string;
  readonly tenant_slug: string;
  readonly email: string;
  readonly role: Role;
}

/** The invitation of a link, unused. Unknown, used, withdrawn and expired ones are one answer: `not_found`. */
export async function findInvitation(deps: IdentityDeps, text: string): Promise<OpenInvitation> {
  const tenant_id = tenantOf(text);
  return deps.store.inTenant(tenant_id, async (db) => {
    const { invitation, tenant } = await readInvitation(db, deps, { tenant_id, text });
    const known = await memberOf(db, tenant_id, invitation.email);
    return {
      tenant_id,
      tenant_name: tenant.name,
      tenant_slug: tenant.slug,
      email: invitation.email,
      role: known?.role ?? invitation.role,
    };
  });
}

/**
 * Whoever has the link is the person from now on: sessions of before, and keys that others have made for them, end.
 * Throws `not_found`, `body_invalid` for a bad password, `rate_limited`.
 */
export async function acceptInvitation(
  deps: IdentityDeps & { readonly passwords: Passwords },
  { text, password }: { readonly text: string; readonly password: string },
): Promise<StartedSession> {
  requireGoodPassword(password);
  const { tenant_id } = await findInvitation(deps, text);
  const hash = await deps.passwords.hash(password);
  return deps.store.inTenant(tenant_id, async (db) => {
    const { invitation } = await readInvitation(db, deps, { tenant_id, text });
    const known = await memberOf(db, tenant_id, invitation.email);
    const user_id = known?.user_id ?? (await addMember(db, deps, invitation));
    const session = await beginSession(db, deps, { tenant_id, user_id, via: 'invitation' });
    const actor = { user_id, via: 'session', via_id: session.id } as const;
    await endOtherSessions(db, deps, { tenant_id, user_id, actor, keep: session.id });
    await setPassword(db, deps, { tenant_id, user_id, actor, hash });
    if (known === undefined)
      await recordChange(db, deps, { tenant_id, actor, action: 'member-created', target_id: user_id });
    await db
      .updateTable('invitation')
      .set({ accepted_at: new Date(deps.clock.now()) })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', invitation.id)
      .execute();
    await recordChange(db, deps, { tenant_id, actor, action: 'invitation-accepted', target_id: invitation.id });
    await withdrawInvitationsTo(db, deps, { tenant_id, actor, user_id });
    return session;
  });
}

function tenantOf(text: string): string {
  const tenant_id = tenantOfToken('ti', text);
  if (tenant_id === undefined) throw new ToolcribError('not_found');
  return tenant_id;
}

interface Link {
  readonly tenant_id: string;
  readonly text: string;
}

/** The invitation and its member, locked until the transaction ends, and its tenant. Throws `not_found`. */
async function readInvitation(db: Database, { clock }: IdentityDeps, { tenant_id, text }: Link) {
  const open = db
    .selectFrom('invitation')
    .selectAll()
    .where('tenant_id', '=', tenant_id)
    .where('token_hash', '=', hashOfToken(text))
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', new Date(clock.now()));
  // The member first, as everywhere: two who lock in another order wait for each other.
  const found = await open.executeTakeFirst();
  const known = found && (await memberOf(db, tenant_id, found.email));
  const invitation = await open.forUpdate().executeTakeFirst();
  const tenant = await db
    .selectFrom('tenant')
    .select(['name', 'slug'])
    .where('id', '=', tenant_id)
    .where('suspended_at', 'is', null)
    .executeTakeFirst();
  if (invitation === undefined || tenant === undefined) throw new ToolcribError('not_found');
  // They have come in by another way since: an admin's link no longer opens the account. The operator's does.
  const closed = known !== undefined && (await isClaimed(db, { tenant_id, user_id: known.user_id }));
  // Another role than the one that was invited to may be more than the inviter can give.
  const is_other = known !== undefined && known.role !== invitation.role;
  const is_stale = closed || is_other || !(await isStillGiven(db, invitation));
  if (known?.kind === 'service' || (is_stale && invitation.invited_by !== null)) throw new ToolcribError('not_found');
  return { invitation, tenant };
}

async function addMember(
  db: Database,
  { ids }: IdentityDeps,
  {
    tenant_id,
    email,
    name,
    role,
  }: { readonly tenant_id: string; readonly email: string; readonly name: string; readonly role: Role },
): Promise<string> {
  await refuseTooMany(db, tenant_id);
  const { rows } = await sql<{
    readonly id: string;
  }>`select ensure_user(${ids.uuid()}, ${email}, ${name}) as id`.execute(db);
  const user_id = rows[0]?.id ?? '';
  await db.insertInto('member').values({ tenant_id, user_id, role }).execute();
  return user_id;
}
