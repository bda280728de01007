// What becomes of a member's accounts when the member goes: what was private ends with them, what everybody uses gets
// another owner. In the transaction that removes the member.
import type { Clock } from '../base/clock.ts';
import type { Ids } from '../base/ids.ts';
import type { Leaving, OnMemberLeaving } from '../identity/remove-member.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Database } from '../store/scope.ts';
import type { Providers } from './oauth/provider.ts';
import { deleteClientSecret, takeAway } from './oauth/take-away.ts';
import { deleteSecrets } from './vault/secrets.ts';

interface Deps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly providers: Providers;
}

/**
 * Takes private credentials away, whose grants the sweep then ends at their providers, and deletes variables with their
 * secrets; the heir takes over the shared ones.
 */
export function leaveCredentials(deps: Deps): OnMemberLeaving {
  return async (db, leaving) => {
    await takePrivate(db, deps, leaving);
    await handOver(db, deps, leaving);
    await deleteVariables(db, leaving);
    await deleteClients(db, leaving);
  };
}

async function takePrivate(db: Database, deps: Deps, { tenant_id, user_id, actor }: Leaving): Promise<void> {
  const which = { user_id, scope: 'private' } as const;
  for (let more = true; more;) ({ more } = await takeAway(db, deps, { tenant_id, actor, which, reserved_ms: 0 }));
}

async function handOver(db: Database, deps: Deps, { tenant_id, user_id, heir_id, actor }: Leaving): Promise<void> {
  const kept = await db
    .updateTable('credential')
    .set({ user_id: heir_id, updated_at: new Date(deps.clock.now()) })
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .returning(['id', 'oauth_client_id'])
    .execute();
  for (const { id, oauth_client_id } of kept) {
    await recordChange(db, deps, { tenant_id, actor, action: 'credential-changed', target_id: id });
    if (oauth_client_id === null) continue;
    // A registration that belongs to this one credential goes with it; the tenant's own has no user.
    await db
      .updateTable('oauth_client')
      .set({ user_id: heir_id })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', oauth_client_id)
      .where('user_id', '=', user_id)
      .execute();
  }
}

async function deleteVariables(db: Database, { tenant_id, user_id }: Leaving): Promise<void> {
  const gone = await db
    .deleteFrom('variable')
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .returning('id')
    .execute();
  for (const { id } of gone) await deleteSecrets(db, tenant_id, id);
}

async function deleteClients(db: Database, { tenant_id, user_id }: Leaving): Promise<void> {
  const gone = await db
    .deleteFrom('oauth_client')
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .returning('id')
    .execute();
  for (const { id } of gone) await deleteClientSecret(db, tenant_id, id);
}
