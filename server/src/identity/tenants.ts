// Tenants: listed and made by the operator, read by their own members.
import { sql } from 'kysely';
import { ToolcribError } from '../base/errors.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Store } from '../store/store.ts';
import { makeApiKey } from './api-keys.ts';
import type { IdentityDeps } from './api-keys.ts';
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

/**
 * As the operator: makes a tenant with the workspace `main`, its owner, and the owner's first API key.
 * Throws `conflict` when the slug is taken, `body_invalid` when it has not the form of one.
 */
export async function createTenant(
  deps: IdentityDeps,
  { slug, name, owner }: NewTenant,
): Promise<{ readonly tenant: Tenant; readonly key: string }> {
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
    const by = { tenant_id: tenant.id, actor: 'operator' } as const;
    await recordChange(db, deps, { ...by, action: 'tenant-created', target_id: tenant.id });
    await recordChange(db, deps, { ...by, action: 'member-created', target_id: owner_id });
    await recordChange(db, deps, { ...by, action: 'key-created', target_id: row.id });
    return { tenant, key: text };
  });
}
