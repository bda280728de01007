// Writes a person's password, and lets them change it: with the old one, which ends their other sessions.
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { Database } from '../store/scope.ts';
import type { IdentityDeps } from './api-keys.ts';
import type { MemberId } from './claimed-members.ts';
import { requireGoodPassword } from './passwords.ts';
import type { Passwords } from './passwords.ts';
import { actorOf } from './principal.ts';
import type { Principal } from './principal.ts';
import { endOtherSessions } from './sessions.ts';
import type { UseLimiter } from './use-limiter.ts';

/** What the ways in with a password are made of. */
export interface PasswordDeps extends IdentityDeps {
  readonly passwords: Passwords;
  readonly uses: UseLimiter;
}

/** Writes the hash, in the caller's transaction. */
export async function setPassword(
  db: Database,
  deps: IdentityDeps,
  { tenant_id, user_id, hash, actor }: MemberId & { readonly hash: string; readonly actor: Actor },
): Promise<void> {
  const changed_at = new Date(deps.clock.now());
  await db
    .insertInto('password')
    .values({ tenant_id, user_id, hash, changed_at })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'user_id']).doUpdateSet({ hash, changed_at }))
    .execute();
  await recordChange(db, deps, { tenant_id, actor, action: 'password-set', target_id: user_id });
}

/**
 * Throws `body_invalid` when the old one is wrong or the new one is not good, `conflict` when there is none to change,
 * `rate_limited`.
 */
export async function changePassword(
  deps: PasswordDeps,
  principal: Principal,
  { old_password, password }: { readonly old_password: string; readonly password: string },
): Promise<void> {
  const { tenant_id, user_id, via } = principal;
  requireGoodPassword(password);
  const bound = {
    tenant_id,
    subject: `password:${user_id}`,
    limit: limits.sign_in_failures_person,
    window_ms: limits.sign_in_window_ms,
    what: 'wrong passwords',
  };
  await deps.uses.takeOne(bound);
  const stored = await deps.store.inTenant(tenant_id, (db) => readPassword(db, { tenant_id, user_id }));
  if (stored === undefined) {
    throw new ToolcribError('conflict', { params: { problem: 'You sign in without a password of this server' } });
  }
  if (!(await deps.passwords.verify(old_password, stored)).matches) {
    throw new ToolcribError('body_invalid', {
      params: { problem: 'the old password is wrong' },
      faults: [{ path: 'body.old_password', message: 'The old password is wrong' }],
    });
  }
  const hash = await deps.passwords.hash(password);
  await deps.store.inTenant(tenant_id, async (db) => {
    const actor = actorOf(principal);
    await setPassword(db, deps, { tenant_id, user_id, hash, actor });
    await endOtherSessions(db, deps, { tenant_id, user_id, actor, keep: via.kind === 'session' ? via.id : undefined });
  });
  await deps.uses.giveBack(bound);
}

async function readPassword(db: Database, { tenant_id, user_id }: MemberId): Promise<string | undefined> {
  const row = await db
    .selectFrom('password')
    .select('hash')
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .executeTakeFirst();
  return row?.hash;
}
