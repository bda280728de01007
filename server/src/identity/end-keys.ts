// Keys that somebody made for somebody else, who has not come in yet: they end before they become a way into an account that
// its person has taken possession of, or a way back for whoever made them. And those of a workspace that goes. In the
// caller's transaction.
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { Database } from '../store/scope.ts';
import type { IdentityDeps } from './api-keys.ts';
import type { MemberId } from './claimed-members.ts';
import type { Role } from './permissions.ts';

interface Ending extends MemberId {
  readonly actor: Actor;
}

/** Of this person, made by others. Only a member who never came in has any (claimed-members.ts). The operator's stay. */
export async function endForeignKeys(db: Database, deps: IdentityDeps, { user_id, ...ending }: Ending): Promise<void> {
  await end(db, deps, ending, (keys) => keys.where('user_id', '=', user_id).where('made_by', '<>', user_id));
}

/** Made by this person for people whose role is none of `keep`. Those of service accounts stay: programs run with them. */
export async function endKeysMadeBy(
  db: Database,
  deps: IdentityDeps,
  { user_id, keep, ...ending }: Ending & { readonly keep: readonly Role[] },
): Promise<void> {
  const people = db
    .selectFrom('member')
    .select('user_id')
    .where('tenant_id', '=', ending.tenant_id)
    .where('kind', '=', 'person');
  const others = keep.length === 0 ? people : people.where('role', 'not in', keep);
  await end(db, deps, ending, (keys) =>
    keys.where('made_by', '=', user_id).where('user_id', '<>', user_id).where('user_id', 'in', others),
  );
}

/** Of a workspace that is about to go: none of them is ever used in another one. */
export async function endKeysOfWorkspace(
  db: Database,
  deps: IdentityDeps,
  { workspace_id, ...ending }: Omit<Ending, 'user_id'> & { readonly workspace_id: string },
): Promise<void> {
  await end(db, deps, ending, (keys) => keys.where('workspace_id', '=', workspace_id));
  await db
    .updateTable('api_key')
    .set({ workspace_id: null })
    .where('tenant_id', '=', ending.tenant_id)
    .where('workspace_id', '=', workspace_id)
    .where('revoked_at', 'is not', null)
    .execute();
}

async function end(
  db: Database,
  deps: IdentityDeps,
  { tenant_id, actor }: Omit<Ending, 'user_id'>,
  which: (keys: ReturnType<typeof usableKeys>) => ReturnType<typeof usableKeys>,
): Promise<void> {
  const ended = await which(usableKeys(db, deps, tenant_id))
    .returning('id')
    .execute();
  for (const { id } of ended) await recordChange(db, deps, { tenant_id, actor, action: 'key-revoked', target_id: id });
}

function usableKeys(db: Database, { clock }: IdentityDeps, tenant_id: string) {
  return db
    .updateTable('api_key')
    .set({ revoked_at: new Date(clock.now()) })
    .where('tenant_id', '=', tenant_id)
    .where('revoked_at', 'is', null);
}
