// Signing in with organisation, e-mail address and password. Whatever is wrong, the answer and the work are the same: an
// unknown organisation is looked up, counted and hashed for like a known one (attack A40).
import { hash } from 'node:crypto';
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { recordChange } from '../ledger/changes.ts';
import { startSession } from './sessions.ts';
import type { StartedSession } from './sessions.ts';
import type { PasswordDeps } from './set-password.ts';
import type { UseBound } from './use-limiter.ts';

export interface SignInDeps extends PasswordDeps {
  readonly log: Log;
}

export interface SignInForm {
  /** Slug of the tenant. */
  readonly organisation: string;
  readonly email: string;
  readonly password: string;
}

/** Begins a session. Throws `sign_in_failed`, `rate_limited`, `database_unavailable`. */
export async function signIn(deps: SignInDeps, form: SignInForm): Promise<StartedSession> {
  const slug = form.organisation.trim().toLowerCase();
  const email = form.email.trim().toLowerCase();
  const tenant_id = await tenantOf(deps, slug);
  const bounds = boundsOf(tenant_id, email);
  for (const bound of bounds) await deps.uses.takeOne(bound);
  const known = await findPassword(deps, tenant_id, email);
  const { matches, outdated } = await deps.passwords.verify(form.password, known?.hash ?? undefined);
  if (known === undefined || !matches) {
    if (known !== undefined) recordFailure(deps, tenant_id, known.user_id);
    throw new ToolcribError('sign_in_failed');
  }
  const { user_id } = known;
  if (outdated) await renewHash(deps, { tenant_id, user_id, old: known.hash, password: form.password });
  const session = await startSession(deps, { tenant_id, user_id, via: 'password' });
  for (const bound of bounds) await deps.uses.giveBack(bound);
  return session;
}

/** An organisation that does not exist has an id too, which nobody has: what follows is the same. */
async function tenantOf({ store }: SignInDeps, slug: string): Promise<string> {
  const found = await store.asOperator((db) =>
    db.selectFrom('tenant').select('id').where('slug', '=', slug).executeTakeFirst(),
  );
  const nobodys = hash('sha256', `no tenant ${slug}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  return found?.id ?? nobodys;
}

/** Guesses for one person, and for any: both over all processes. The address is hashed: it may be anything. */
function boundsOf(tenant_id: string, email: string): readonly UseBound[] {
  const common = { tenant_id, window_ms: limits.sign_in_window_ms, what: 'failed sign-ins' };
  return [
    { ...common, subject: `sign-in:${hash('sha256', email, 'base64url')}`, limit: limits.sign_in_failures_person },
    { ...common, subject: 'sign-in', limit: limits.sign_in_failures_tenant },
  ];
}

/** The password of a person; undefined for everybody who has none here, and when the tenant is suspended. */
async function findPassword({ store }: SignInDeps, tenant_id: string, email: string) {
  return store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('member')
      .innerJoin('app_user', 'app_user.id', 'member.user_id')
      .innerJoin('tenant', 'tenant.id', 'member.tenant_id')
      .leftJoin('password', (join) =>
        join.onRef('password.tenant_id', '=', 'member.tenant_id').onRef('password.user_id', '=', 'member.user_id'),
      )
      .select(['member.user_id', 'password.hash'])
      .where('member.tenant_id', '=', tenant_id)
      .where('member.kind', '=', 'person')
      .where('app_user.email', '=', email)
      .where('tenant.suspended_at', 'is', null)
      .executeTakeFirst(),
  );
}

/** Written after the answer, so that its time does not tell who is a member. */
function recordFailure(deps: SignInDeps, tenant_id: string, user_id: string): void {
  deps.store
    .inTenant(tenant_id, (db) =>
      recordChange(db, deps, { tenant_id, actor: 'sign_in', action: 'sign-in-failed', target_id: user_id }),
    )
    .catch((error: unknown) => deps.log.error('sign-in-failure-not-recorded', { tenant_id, user_id, error }));
}

async function renewHash(
  { store, passwords }: SignInDeps,
  {
    tenant_id,
    user_id,
    old,
    password,
  }: {
    readonly tenant_id: string;
    readonly user_id: string;
    readonly old: string | null;
    readonly password: string;
  },
): Promise<void> {
  const renewed = await passwords.hash(password);
  await store.inTenant(tenant_id, (db) =>
    db
      .updateTable('password')
      .set({ hash: renewed })
      .where('tenant_id', '=', tenant_id)
      .where('user_id', '=', user_id)
      .where('hash', '=', old ?? '')
      .execute(),
  );
}
