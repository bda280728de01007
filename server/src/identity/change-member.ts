// Gives a member another role.
import { ToolcribError } from '../base/errors.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Database } from '../store/scope.ts';
import type { IdentityDeps } from './api-keys.ts';
import type { MemberId } from './claimed-members.ts';
import { endForeignKeys, endKeysMadeBy } from './end-keys.ts';
import { withdrawInvitationsBy } from './invitations.ts';
import { lockOwners, refuseLastOwner } from './owners.ts';
import type { Role } from './permissions.ts';
import { actorOf } from './principal.ts';
import type { Principal } from './principal.ts';
import { requireMayGive, rolesGivenBy } from './role-rules.ts';

/** Throws `not_found`, `forbidden`, and `conflict` when nobody would be owner or a service account would be. */
export async function changeMember(
  deps: IdentityDeps,
  principal: Principal,
  { user_id, role }: { readonly user_id: string; readonly role: Role },
): Promise<void> {
  const { tenant_id } = principal;
  await deps.store.inTenant(tenant_id, async (db) => {
    const owners = await lockOwners(db, tenant_id);
    const found = await lockMember(db, { tenant_id, user_id });
    requireMayGive(principal, found.role);
    requireMayGive(principal, role);
    if (found.role === role) return;
    if (found.kind === 'service' && role === 'owner') {
      throw new ToolcribError('conflict', { params: { problem: 'A service account cannot be an owner' } });
    }
    if (found.role === 'owner') refuseLastOwner(owners, user_id);
    await db
      .updateTable('member')
      .set({ role })
      .where('tenant_id', '=', tenant_id)
      .where('user_id', '=', user_id)
      .execute();
    const by = { tenant_id, actor: actorOf(principal) };
    await recordChange(db, deps, { ...by, action: 'member-changed', target_id: user_id });
    // Whoever made them may give no key of an owner.
    if (role === 'owner') await endForeignKeys(db, deps, { ...by, user_id });
    const keep = rolesGivenBy(role);
    await endKeysMadeBy(db, deps, { ...by, user_id, keep });
    await withdrawInvitationsBy(db, deps, { ...by, user_id, keep });
  });
}

/** The member, locked until the transaction ends. Throws `not_found`. */
export async function lockMember(db: Database, { tenant_id, user_id }: MemberId) {
  const found = await db
    .selectFrom('member')
    .select(['role', 'kind'])
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .forUpdate()
    .executeTakeFirst();
  if (found === undefined) throw new ToolcribError('not_found');
  return found;
}
