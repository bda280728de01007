// Members: people in a tenant, each with a role.
import { sql } from 'kysely';
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { Database } from '../store/scope.ts';
import type { IdentityDeps } from './api-keys.ts';
import type { Role } from './permissions.ts';
import { isServiceAddress } from './service-address.ts';

export interface Member {
  readonly user_id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** A service account has keys and never signs in. */
  readonly kind: 'person' | 'service';
  /** Milliseconds since 1970. */
  readonly created_at: number;
}

export interface NewMember {
  readonly email: string;
  /** Taken only when the person is not known yet; nobody's name is changed by being made a member. */
  readonly name: string;
  readonly role: Role;
}

/** The members of a tenant, by e-mail address. */
export async function listMembers(
  { store }: Pick<IdentityDeps, 'store'>,
  tenant_id: string,
): Promise<readonly Member[]> {
  const rows = await store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('member')
      .innerJoin('app_user', 'app_user.id', 'member.user_id')
      .select(['member.user_id', 'app_user.email', 'app_user.name', 'member.role', 'member.kind', 'member.created_at'])
      .where('member.tenant_id', '=', tenant_id)
      .orderBy('app_user.email')
      .limit(limits.members)
      .execute(),
  );
  return rows.map((row) => ({ ...row, created_at: row.created_at.getTime() }));
}

/** Throws `not_found`. */
export async function getMember(
  { store }: Pick<IdentityDeps, 'store'>,
  tenant_id: string,
  user_id: string,
): Promise<Member> {
  const row = await store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('member')
      .innerJoin('app_user', 'app_user.id', 'member.user_id')
      .select(['member.user_id', 'app_user.email', 'app_user.name', 'member.role', 'member.kind', 'member.created_at'])
      .where('member.tenant_id', '=', tenant_id)
      .where('member.user_id', '=', user_id)
      .executeTakeFirst(),
  );
  if (row === undefined) throw new ToolcribError('not_found');
  return { ...row, created_at: row.created_at.getTime() };
}

/** Throws `conflict` when the tenant has as many members as it may have. */
export async function refuseTooMany(db: Database, tenant_id: string): Promise<void> {
  const { count } = await db
    .selectFrom('member')
    .select((of) => of.fn.countAll().as('count'))
    .where('tenant_id', '=', tenant_id)
    .executeTakeFirstOrThrow();
  if (Number(count) < limits.members) return;
  throw new ToolcribError('conflict', { params: { problem: `There are ${limits.members} members already` } });
}

/** Makes a person a member; an invitation then lets them in. Throws `conflict` when they are one already. */
export async function createMember(
  deps: IdentityDeps,
  actor: Actor,
  { tenant_id, ...person }: NewMember & { readonly tenant_id: string },
): Promise<Member> {
  if (isServiceAddress(person.email)) {
    throw new ToolcribError('conflict', { params: { problem: 'This is the address of a service account' } });
  }
  const user_id = await deps.store.inTenant(tenant_id, async (db) => {
    await refuseTooMany(db, tenant_id);
    const { rows } = await sql<{ readonly id: string }>`
      select ensure_user(${deps.ids.uuid()}, ${person.email}, ${person.name}) as id`.execute(db);
    const made = await db
      .insertInto('member')
      .values({ tenant_id, user_id: rows[0]?.id ?? '', role: person.role })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'user_id']).doNothing())
      .returning('user_id')
      .executeTakeFirst();
    if (made === undefined)
      throw new ToolcribError('conflict', { params: { problem: 'This person is a member already' } });
    await recordChange(db, deps, { tenant_id, actor, action: 'member-created', target_id: made.user_id });
    return made.user_id;
  });
  return getMember(deps, tenant_id, user_id);
}
