// The sign-ons of a tenant: which issuers of OpenID Connect it lets say who a person is. Their secrets are in the vault and
// come out for an exchange alone. One is never changed: who trusts another issuer makes another one.
import type { Clock } from '../../base/clock.ts';
import { ToolcribError } from '../../base/errors.ts';
import type { Ids } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { recordChange } from '../../ledger/changes.ts';
import type { Actor } from '../../ledger/changes.ts';
import type { Store } from '../../store/store.ts';
import { deleteSecrets, writeSecrets } from '../vault/secrets.ts';
import type { Vault } from '../vault/vault.ts';
import { isIssuer } from './issuers.ts';
import type { Issuers } from './issuers.ts';
import { SignOnError, textOf } from './sign-on-problems.ts';

export interface SignOn {
  readonly id: string;
  /** As the button on the sign-in page names it. */
  readonly name: string;
  readonly issuer: string;
  readonly client_id: string;
  /** Whoever has a verified address of these domains becomes a member. Empty: members and invited people alone. */
  readonly domains: readonly string[];
  /** Of those who become members by their domain. */
  readonly role: 'builder' | 'member';
  /** Milliseconds since 1970. */
  readonly created_at: number;
}

export interface NewSignOn extends Omit<SignOn, 'id' | 'created_at'> {
  readonly tenant_id: string;
  readonly client_secret: string;
}

export interface SignOnDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly vault: Vault;
  readonly issuers: Issuers;
}

/** In the vault, under the id of the sign-on. */
export const secretField = 'client_secret';

/** By name. */
export async function listSignOns({ store }: Pick<SignOnDeps, 'store'>, tenant_id: string): Promise<readonly SignOn[]> {
  const rows = await store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('sign_on')
      .select(['id', 'name', 'issuer', 'client_id', 'domains', 'role', 'created_at'])
      .where('tenant_id', '=', tenant_id)
      .orderBy('name')
      .limit(limits.sign_ons)
      .execute(),
  );
  return rows.map((row) => ({ ...row, created_at: row.created_at.getTime() }));
}

/**
 * Asks the issuer who it is before anything is kept. Throws `body_invalid` when it is none or cannot be used, `conflict` for a
 * name that is taken.
 */
export async function createSignOn(
  deps: SignOnDeps,
  actor: Actor,
  { tenant_id, client_secret, ...settings }: NewSignOn,
): Promise<SignOn> {
  await checkIssuer(deps.issuers, { tenant_id, ...settings });
  const vault = await deps.vault.of(tenant_id);
  const now = deps.clock.now();
  const row = { ...settings, tenant_id, id: deps.ids.uuid(), domains: [...new Set(settings.domains)] };
  await deps.store.inTenant(tenant_id, async (db) => {
    const { count } = await db
      .selectFrom('sign_on')
      .select((select) => select.fn.countAll<string>().as('count'))
      .where('tenant_id', '=', tenant_id)
      .executeTakeFirstOrThrow();
    if (Number(count) >= limits.sign_ons) {
      throw new ToolcribError('conflict', { params: { problem: `There are ${limits.sign_ons} sign-ons already` } });
    }
    const made = await db
      .insertInto('sign_on')
      .values({ ...row, created_at: new Date(now) })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (made === undefined) {
      throw new ToolcribError('conflict', { params: { problem: `There is a sign-on "${row.name}" already` } });
    }
    await writeSecrets(db, vault, { record_id: row.id, fields: { [secretField]: client_secret } });
    await recordChange(db, deps, { tenant_id, actor, action: 'sign-on-created', target_id: row.id });
  });
  const { tenant_id: _tenant, ...made } = row;
  return { ...made, created_at: now };
}

async function checkIssuer(
  issuers: Issuers,
  at: { readonly tenant_id: string; readonly issuer: string },
): Promise<void> {
  const refuse = (message: string, hint: string, cause?: unknown): never => {
    const faults = [{ path: 'body.issuer', message, hint }];
    throw new ToolcribError('body_invalid', { params: { problem: message }, faults, cause });
  };
  if (!isIssuer(at.issuer)) {
    const hint = 'Write it as in its document /.well-known/openid-configuration, such as https://login.example.com';
    return refuse('an issuer is an address that begins with https:// and has no query', hint);
  }
  try {
    await issuers.check(at);
  } catch (thrown) {
    if (!(thrown instanceof SignOnError)) throw thrown;
    const { problem, hint } = textOf(thrown.problem);
    refuse(problem, hint, thrown.cause);
  }
}

/** Ends the sessions too that were begun with it. Throws `not_found`. */
export async function deleteSignOn(
  deps: Pick<SignOnDeps, 'store' | 'clock' | 'ids'>,
  actor: Actor,
  { tenant_id, id }: { readonly tenant_id: string; readonly id: string },
): Promise<void> {
  await deps.store.inTenant(tenant_id, async (db) => {
    await db
      .updateTable('session')
      .set({ ended_at: new Date(deps.clock.now()) })
      .where('tenant_id', '=', tenant_id)
      .where('via', '=', 'sso')
      .where('ended_at', 'is', null)
      .where('user_id', 'in', (select) =>
        select
          .selectFrom('sign_on_subject')
          .select('user_id')
          .where('tenant_id', '=', tenant_id)
          .where('sign_on_id', '=', id),
      )
      .execute();
    const gone = await db
      .deleteFrom('sign_on')
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .returning('id')
      .executeTakeFirst();
    if (gone === undefined) throw new ToolcribError('not_found');
    await deleteSecrets(db, tenant_id, id);
    await recordChange(db, deps, { tenant_id, actor, action: 'sign-on-deleted', target_id: id });
  });
}
