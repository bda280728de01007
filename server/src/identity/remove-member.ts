// Removes a member: every way in of theirs ends in the same transaction, and so does what was theirs alone.
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { Database } from '../store/scope.ts';
import type { IdentityDeps } from './api-keys.ts';
import { lockMember } from './change-member.ts';
import { endKeysMadeBy } from './end-keys.ts';
import { withdrawInvitationsBy, withdrawInvitationsTo } from './invitations.ts';
import { lockOwners, refuseLastOwner } from './owners.ts';
import { actorOf } from './principal.ts';
import type { Principal } from './principal.ts';
import { requireMayGive } from './role-rules.ts';

/** A member who goes, and who takes over what belongs to everybody. */
export interface Leaving {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly heir_id: string;
  readonly actor: Actor;
}

/** What a layer above does with what it keeps of a member who goes, in the transaction that removes them. */
export type OnMemberLeaving = (db: Database, leaving: Leaving) => Promise<void>;

/** Throws `not_found`, `forbidden`, and `conflict` for the last owner. */
export async function removeMember(
  deps: IdentityDeps & { readonly onMemberLeaving: OnMemberLeaving },
  principal: Principal,
  user_id: string,
): Promise<void> {
  const { tenant_id } = principal;
  const actor = actorOf(principal);
  await deps.store.inTenant(tenant_id, async (db) => {
    const owners = await lockOwners(db, tenant_id);
    const { role } = await lockMember(db, { tenant_id, user_id });
    requireMayGive(principal, role);
    refuseLastOwner(owners, user_id);
    const oldest_owner = owners.find((owner) => owner !== user_id) ?? '';
    const heir_id = principal.user_id === user_id ? oldest_owner : principal.user_id;
    await deps.onMemberLeaving(db, { tenant_id, user_id, heir_id, actor });
    await endKeysMadeBy(db, deps, { tenant_id, actor, user_id, keep: [] });
    await withdrawInvitationsBy(db, deps, { tenant_id, actor, user_id, keep: [] });
    await withdrawInvitationsTo(db, deps, { tenant_id, actor, user_id });
    // Keys, sessions, password, single sign-on, choices, variables and interactions go with the row.
    await db.deleteFrom('member').where('tenant_id', '=', tenant_id).where('user_id', '=', user_id).execute();
    await recordChange(db, deps, { tenant_id, actor, action: 'member-removed', target_id: user_id });
  });
}
