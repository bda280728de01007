// Service accounts: members that are no persons. They have keys, made by whoever manages members, and never sign in.
import { sql } from 'kysely';
import { ToolcribError } from '../base/errors.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { IdentityDeps } from './api-keys.ts';
import { getMember, refuseTooMany } from './members.ts';
import type { Member } from './members.ts';
import type { Role } from './permissions.ts';
import { serviceAddress } from './service-address.ts';

export interface NewServiceAccount {
  readonly tenant_id: string;
  readonly tenant_slug: string;
  /** Lower-case letters, digits and hyphens. */
  readonly name: string;
  readonly role: Exclude<Role, 'owner'>;
}

/** Throws `conflict` when there is one of that name. */
export async function createServiceAccount(
  deps: IdentityDeps,
  actor: Actor,
  { tenant_id, tenant_slug, name, role }: NewServiceAccount,
): Promise<Member> {
  const email = serviceAddress(name, tenant_slug);
  const user_id = await deps.store.inTenant(tenant_id, async (db) => {
    await refuseTooMany(db, tenant_id);
    const { rows } = await sql<{ readonly id: string }>`
      select ensure_user(${deps.ids.uuid()}, ${email}, ${name}) as id`.execute(db);
    const made = await db
      .insertInto('member')
      .values({ tenant_id, user_id: rows[0]?.id ?? '', role, kind: 'service' })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'user_id']).doNothing())
      .returning('user_id')
      .executeTakeFirst();
    if (made === undefined) {
      throw new ToolcribError('conflict', { params: { problem: `There is a service account "${name}" already` } });
    }
    await recordChange(db, deps, { tenant_id, actor, action: 'service-account-created', target_id: made.user_id });
    return made.user_id;
  });
  return getMember(deps, tenant_id, user_id);
}
