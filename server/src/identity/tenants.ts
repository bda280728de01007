// Tenants: listed and made by the operator, read by their own members.
import { sql } from 'kysely';
import { ToolcribError } from '../base/errors.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Store } from '../store/store.ts';
import { makeApiKey } from './api-keys.ts';
import type { IdentityDeps } from './api-keys.ts';
import { makeInvitation } from './invitations.ts';
import { permissions } from './permissions.ts';

export interface Tenant {
  readonly id: string;
  /** Short name: lower-case letters, digits and hyphens. */
  readonly slug: string;
  readonly name: string;
}

export interface NewTenant {
  readonly slug: string;
  readonly name: string;
  readonly owner: { readonly email: string; readonly name: string };
}

/** A tenant's own view of itself. Throws `not_found`. */
export async function getTenant({ store }: { readonly store: Store }, tenant_id: string): Promise<Tenant> {
  const tenant = await store.inTenant(tenant_id, (db) =>
    db.selectFrom('tenant').select(['id', 'slug', 'name']).where('id', '=', tenant_id).executeTakeFirst(),
  );
  if (tenant === undefined) throw new ToolcribError('not_found');
  return tenant;
}

/** As the operator: the tenant of that slug. */
export async function findTenant({ store }: { readonly store: Store }, slug: string): Promise<Tenant | undefined> {
  return store.asOperator((db) =>
    db.selectFrom('tenant').select(['id', 'slug', 'name']).where('slug', '=', slug).executeTakeFirst(),
  );
}

/** A tenant whose addresses anybody may ask. */
export interface ProtocolTenant {
  readonly id: string;
  readonly catalogue_epoch: string;
}

/** As the operator: the tenant of that slug, or the first one; undefined when there is none or it is suspended. */
export async function findProtocolTenant(
  { store }: { readonly store: Store },
  slug: string | undefined,
): Promise<ProtocolTenant | undefined> {
  const found = await store.asOperator((db) => {
    const tenants = db.selectFrom('tenant').select('id').where('suspended_at', 'is', null);
    const wanted = slug === undefined ? tenants.orderBy('created_at').orderBy('id') : tenants.where('slug', '=', slug);
    return wanted.limit(1).executeTakeFirst();
  });
  if (found === undefined) return undefined;
  const { id } = found;
  return store.inTenant(id, (db) =>
    db.selectFrom('tenant').select(['id', 'catalogue_epoch']).where('id', '=', id).executeTakeFirst(),
  );
}

/**
 * As the operator: makes a tenant with the workspace `main`, its owner, the owner's first API key, and an invitation with
 * which the owner sets a password.
 * Throws `conflict` when the slug is taken, `body_invalid` when it has not the form of one.
 */
export async function createTenant(
  deps: IdentityDeps,
  { slug, name, owner }: NewTenant,
): Promise<{ readonly tenant: Tenant; readonly key: string; readonly invitation: string }> {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(slug)) {
    throw new ToolcribError('body_invalid', {
      params: { problem: 'a slug is made of lower-case letters, digits and hyphens, 63 at most' },
    });
  }
  const tenant: Tenant = { id: deps.ids.uuid(), slug, name };
  return deps.store.asOperator(async (db) => {
    const made = await db
      .insertInto('tenant')
      .values(tenant)
      .onConflict((conflict) => conflict.column('slug').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (made === undefined) throw new ToolcribError('conflict', { params: { problem: `The slug "${slug}" is taken` } });
    const { rows } = await sql<{ readonly id: string }>`
      select ensure_user(${deps.ids.uuid()}, ${owner.email}, ${owner.name}) as id`.execute(db);
    const owner_id = rows[0]?.id ?? '';
    const { row, text } = makeApiKey(deps, {
      tenant_id: tenant.id,
      user_id: owner_id,
      name: 'first key',
      scopes: permissions,
      expires_at: null,
    });
    await db.insertInto('workspace').values({ tenant_id: tenant.id, id: deps.ids.uuid(), slug: 'main' }).execute();
    await db.insertInto('member').values({ tenant_id: tenant.id, user_id: owner_id, role: 'owner' }).execute();
    await db.insertInto('api_key').values(row).execute();
    const invitation = makeInvitation(deps, {
      tenant_id: tenant.id,
      email: owner.email,
      name: owner.name,
      role: 'owner',
      invited_by: null,
    });
    await db.insertInto('invitation').values(invitation.row).execute();
    const by = { tenant_id: tenant.id, actor: 'operator' } as const;
    await recordChange(db, deps, { ...by, action: 'tenant-created', target_id: tenant.id });
    await recordChange(db, deps, { ...by, action: 'member-created', target_id: owner_id });
    await recordChange(db, deps, { ...by, action: 'key-created', target_id: row.id });
    await recordChange(db, deps, { ...by, action: 'invitation-created', target_id: invitation.row.id });
    return { tenant, key: text, invitation: invitation.text };
  });
}

/** A tenant as the operator sees it. Times in milliseconds since 1970. */
export interface ListedTenant extends Tenant {
  readonly created_at: number;
  readonly suspended_at: number | null;
}

/** As the operator: every tenant, by slug. */
export async function listTenants({ store }: { readonly store: Store }): Promise<readonly ListedTenant[]> {
  const rows = await store.asOperator((db) =>
    db.selectFrom('tenant').select(['id', 'slug', 'name', 'created_at', 'suspended_at']).orderBy('slug').execute(),
  );
  return rows.map((row) => ({
    ...row,
    created_at: row.created_at.getTime(),
    suspended_at: row.suspended_at?.getTime() ?? null,
  }));
}

/** As the operator, in the tenant's own scope: another name, or nobody gets in any more, or again. */
export async function changeTenant(
  deps: IdentityDeps,
  tenant_id: string,
  change: { readonly name: string } | { readonly suspended: boolean },
): Promise<void> {
  await deps.store.inTenant(tenant_id, async (db) => {
    const tenant = db.updateTable('tenant').where('id', '=', tenant_id);
    if ('name' in change) await tenant.set({ name: change.name }).execute();
    else await tenant.set({ suspended_at: change.suspended ? new Date(deps.clock.now()) : null }).execute();
    const action = 'name' in change ? 'tenant-renamed' : change.suspended ? 'tenant-suspended' : 'tenant-resumed';
    await recordChange(db, deps, { tenant_id, actor: 'operator', action, target_id: tenant_id });
  });
}
